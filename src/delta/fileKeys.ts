import { canonicalPath, fileKey, type AddFile, type RemoveFile } from './actions.ts'

/**
 * Names of logical files. Asking for a million files that are rows of a checkpoint makes no text of them: a hash of their
 * bytes says that nearly all of them are not here.
 */
export class FileKeys {
  readonly #keys = new Set<string>()
  readonly #paths = new Set<string>()
  readonly #hashes = new Set<number>()

  get size(): number {
    return this.#keys.size
  }

  /** False when it was here already. */
  add(file: RemoveFile): boolean {
    const key = fileKey(file)
    if (this.#keys.has(key)) return false
    this.#keys.add(key)
    this.#hashes.add(hashOf(utf8.encode(canonicalPath(file.path))))
    return true
  }

  /** Every logical file of a path, whatever its deletion vector. */
  addPath(path: string): void {
    const canonical = canonicalPath(path)
    this.#paths.add(canonical)
    this.#hashes.add(hashOf(utf8.encode(canonical)))
  }

  has(file: RemoveFile & Pick<AddFile, 'rawPath'>): boolean {
    const { rawPath } = file
    if (rawPath && isCanonical(rawPath) && !this.#hashes.has(hashOf(rawPath))) return false
    return this.#keys.has(fileKey(file)) || (this.#paths.size > 0 && this.#paths.has(canonicalPath(file.path)))
  }
}

const utf8 = new TextEncoder()

/** FNV-1a, 32 bits. */
function hashOf(bytes: Uint8Array): number {
  let hash = 0x811c_9dc5
  for (let i = 0; i < bytes.length; i += 1) hash = Math.imul(hash ^ (bytes[i] ?? 0), 0x0100_0193)
  return hash
}

/** True for a path that stands for itself: nothing encoded in it, and no address. */
function isCanonical(path: Uint8Array): boolean {
  return !path.includes(0x25) && !path.includes(0x3a)
}
