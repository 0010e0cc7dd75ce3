import { canonicalPath, fileKey, type RemoveFile } from '#delta/actions.ts'

/**
 * Names of logical files. Asking for a million files that are rows of a checkpoint makes no text of them: a hash of the
 * bytes of their paths says that nearly all of them are not here.
 */
export class FileKeys {
  readonly #keys = new Set<string>()
  readonly #paths = new Set<string>()
  /** Canonical paths that nobody has asked for by their bytes yet. */
  #unhashed: string[] = []
  readonly #hashes = new Set<number>()
  /** One bit of the hash of each window. */
  readonly #windows = new Uint8Array(65_536)

  get size(): number {
    return this.#keys.size
  }

  /** False when it was here already. */
  add(file: RemoveFile): boolean {
    const key = fileKey(file)
    if (this.#keys.has(key)) return false
    this.#keys.add(key)
    this.#unhashed.push(canonicalPath(file.path))
    return true
  }

  /** Every logical file of a path, whatever its deletion vector. */
  addPath(path: string): void {
    const canonical = canonicalPath(path)
    this.#paths.add(canonical)
    this.#unhashed.push(canonical)
  }

  has(file: RemoveFile): boolean {
    return this.#keys.has(fileKey(file)) || (this.#paths.size > 0 && this.#paths.has(canonicalPath(file.path)))
  }

  /** False when no file is here whose path stands in a log as bytes [start, end), percent-encoded as it is. */
  mayHave(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.#unhashed.length > 0) this.#hash()
    if (mayBeAddress(bytes, start)) return true
    if (end - start >= tailLength && !hasPercent(bytes, end - tailLength, end) && this.#windows[windowOf(bytes, end)] === 0) return false
    return this.#hashes.has(hashOf(bytes, start, end, 'encoded'))
  }

  #hash(): void {
    for (const canonical of this.#unhashed) {
      const bytes = utf8.encode(canonical)
      this.#hashes.add(hashOf(bytes, 0, bytes.byteLength, 'plain'))
      if (bytes.byteLength >= tailLength) this.#windows[windowOf(bytes, bytes.byteLength)] = 1
    }
    this.#unhashed = []
  }
}

const utf8 = new TextEncoder()

/** True where a path may begin with `file:`, and so may have another form. */
function mayBeAddress(bytes: Uint8Array, start: number): boolean {
  return bytes[start] === percent || (bytes[start] === 0x66 && (bytes[start + 1] === 0x69 || bytes[start + 1] === percent))
}

/** Bytes at the end of a path of which some are looked at first: in most names they tell enough. */
const tailLength = 40

function hasPercent(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i += 1) if (bytes[i] === percent) return true
  return false
}

/** A number for the 20 first of the last 40 bytes: behind them comes the same ending in all names. */
function windowOf(bytes: Uint8Array, end: number): number {
  const hash = hashOf(bytes, end - tailLength, end - tailLength / 2, 'plain')
  return (hash ^ (hash >>> 16)) & 0xffff
}

/** FNV-1a, 32 bits, of bytes [start, end) after one decoding. */
function hashOf(bytes: Uint8Array, start: number, end: number, form: 'plain' | 'encoded'): number {
  let hash = 0x811c_9dc5
  for (let i = start; i < end; i += 1) {
    let byte = bytes[i] ?? 0
    if (byte === percent && form === 'encoded') {
      byte = (hexDigit(bytes[i + 1] ?? 0) << 4) | hexDigit(bytes[i + 2] ?? 0)
      i += 2
    }
    hash = Math.imul(hash ^ byte, 0x0100_0193)
  }
  return hash
}

const percent = 0x25

/** Only digits can be decoded at all. */
function hexDigit(letter: number): number {
  return letter <= 0x39 ? letter - 0x30 : (letter & 0x0f) + 9
}
