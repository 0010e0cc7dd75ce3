import type { NamedObject } from '#storage/objectStore.ts'

/** Files of a log, each list in order of version. */
export interface LogFiles {
  readonly commits: readonly CommitFile[]
  /** Complete ones only. */
  readonly checkpoints: readonly Checkpoint[]
  /** In order of their ends. */
  readonly compacted: readonly CompactedFile[]
  /** `V.crc`. */
  readonly checksums: readonly CommitFile[]
}

/** A file that belongs to one version. */
export interface CommitFile extends NamedObject {
  readonly version: number
}

/** The actions of the commits [from, version] in one file. */
export interface CompactedFile extends CommitFile {
  readonly from: number
}

/** One checkpoint: a Parquet file, several parts of one, or a JSON file. */
export interface Checkpoint {
  readonly version: number
  readonly kind: 'classic' | 'multipart' | 'v2'
  /** One, or all parts in order. */
  readonly parts: readonly NamedObject[]
}

/** The files of a log among `objects`, which come in order of key; incomplete checkpoints and empty files of them left out. */
export function sortFiles(objects: readonly NamedObject[]): LogFiles {
  const commits: CommitFile[] = []
  const checksums: CommitFile[] = []
  const compacted: CompactedFile[] = []
  const checkpoints = new Checkpoints()
  for (const object of objects) {
    const name = parseName(object.key)
    if (!name) continue
    if (name.kind === 'commit') commits.push({ ...object, version: name.version })
    else if (object.info?.size === 0) continue
    else if (name.kind === 'checksum') checksums.push({ ...object, version: name.version })
    else if (name.kind === 'compacted') compacted.push({ ...object, version: name.version, from: name.from })
    else checkpoints.add(name, object)
  }
  return { commits, checkpoints: checkpoints.complete(), compacted: compacted.toSorted(byVersion), checksums }
}

/** The version that a file of the log belongs to; undefined for any other file. */
export function versionOf(key: string): number | undefined {
  return parseName(key)?.version
}

/** A version as it stands in names. */
export function digits(version: number): string {
  return String(version).padStart(versionDigits, '0')
}

const versionDigits = 20

type NamedFile =
  | { readonly kind: 'commit'; readonly version: number }
  | { readonly kind: 'checksum'; readonly version: number }
  | { readonly kind: 'compacted'; readonly version: number; readonly from: number }
  | CheckpointName

type CheckpointName =
  | { readonly kind: 'classic' | 'v2'; readonly version: number }
  | { readonly kind: 'multipart'; readonly version: number; readonly part: number; readonly of: number }

function parseName(key: string): NamedFile | undefined {
  const start = key.lastIndexOf('/') + 1
  const version = parseVersion(key, start)
  if (version === undefined) return undefined
  const rest = key.slice(start + versionDigits)
  if (rest === '.json') return { kind: 'commit', version }
  if (rest === '.crc') return { kind: 'checksum', version }
  if (rest === '.checkpoint.parquet') return { kind: 'classic', version }
  return parseLongName(rest, version)
}

function parseLongName(rest: string, version: number): NamedFile | undefined {
  const [, part, of] = /^\.checkpoint\.(\d{10})\.(\d{10})\.parquet$/.exec(rest) ?? []
  if (part !== undefined) return { kind: 'multipart', version, part: Number(part), of: Number(of) }
  if (/^\.checkpoint\.[0-9a-fA-F-]{36}\.(?:json|parquet)$/.test(rest)) return { kind: 'v2', version }
  if (!/^\.\d{20}\.compacted\.json$/.test(rest)) return undefined
  const to = parseVersion(rest, 1)
  return to === undefined || to < version ? undefined : { kind: 'compacted', version: to, from: version }
}

/** Undefined for what are not twenty digits, or more than can be counted. */
function parseVersion(text: string, start: number): number | undefined {
  if (text.length < start + versionDigits) return undefined
  let version = 0
  for (let i = start; i < start + versionDigits; i += 1) {
    const digit = text.charCodeAt(i) - 48
    if (digit < 0 || digit > 9) return undefined
    version = version * 10 + digit
  }
  return Number.isSafeInteger(version) ? version : undefined
}

/** Checkpoints as their files come; a file alone is complete, parts when all are there. */
class Checkpoints {
  readonly #single: Checkpoint[] = []
  readonly #parts = new Map<string, { readonly version: number; readonly of: number; readonly found: Map<number, NamedObject> }>()

  add(name: CheckpointName, object: NamedObject): void {
    const { version, kind } = name
    if (kind !== 'multipart') {
      this.#single.push({ version, kind, parts: [object] })
      return
    }
    const { part, of } = name
    const group = `${version} ${of}`
    const known = this.#parts.get(group) ?? { version, of, found: new Map<number, NamedObject>() }
    this.#parts.set(group, known)
    if (part >= 1 && part <= of) known.found.set(part, object)
  }

  complete(): readonly Checkpoint[] {
    const whole = [...this.#parts.values()].filter(({ of, found }) => of > 0 && found.size === of)
    const multipart = whole.map(({ version, found }): Checkpoint => {
      const parts = [...found].toSorted(([a], [b]) => a - b).map(([, object]) => object)
      return { version, kind: 'multipart', parts }
    })
    return [...this.#single, ...multipart].toSorted(byVersion)
  }
}

function byVersion(a: { readonly version: number }, b: { readonly version: number }): number {
  return a.version - b.version
}
