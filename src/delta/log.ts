import { isProblem } from '#base/errors.ts'
import type { ListRequest, ObjectInfo } from '#storage/objectStore.ts'
import { keyOf, problem, type DeltaTable } from './table.ts'
import { countOr, isWire, parseJson } from './wire.ts'

/** Files of a log, each list in order of version. */
export interface LogFiles {
  readonly commits: readonly CommitFile[]
  /** Complete ones only. */
  readonly checkpoints: readonly Checkpoint[]
}

export interface CommitFile {
  readonly version: number
  readonly info: ObjectInfo
}

/** One checkpoint: a Parquet file, several parts of one, or a JSON file. */
export interface Checkpoint {
  readonly version: number
  readonly kind: 'classic' | 'multipart' | 'v2'
  /** One, or all parts in order. */
  readonly parts: readonly ObjectInfo[]
}

/** What is known of a log from its names: its beginning, and its end from `from` on without a hole. */
export interface LogListing extends LogFiles {
  /** The first page of the listing; tells which versions are the oldest. */
  readonly head: LogFiles
  /** Versions below are not in `commits` and `checkpoints`; 0 when all are. */
  readonly from: number
  readonly latestVersion: number
}

/**
 * The log as it is now. One request for a log of up to 1,000 files, else three: the beginning, `_last_checkpoint` as a hint,
 * and the end behind it; a hint that leads nowhere costs a listing of everything.
 * @throws LakehouseError `notFound` when there is no version at all
 */
export async function listLog(table: DeltaTable, signal: AbortSignal): Promise<LogListing> {
  const first = await table.store.list(request(table, {}), signal)
  const head = sortFiles(first.objects)
  if (first.next === undefined) return whole(table, head)
  const hint = await readHint(table, signal)
  const tail = hint === undefined ? undefined : await listFrom(table, hint, Infinity, signal)
  if (hint !== undefined && tail?.checkpoints.length) return { ...tail, head, from: hint, latestVersion: newest(tail) ?? hint }
  return whole(table, await listFrom(table, 0, Infinity, signal))
}

/**
 * The files needed for a version older than the listing reaches: goes back in growing blocks until a complete checkpoint or
 * the beginning is among them.
 */
export async function listBack(table: DeltaTable, listing: LogListing, version: number, signal: AbortSignal): Promise<LogFiles> {
  if (version >= listing.from && listing.checkpoints.some(checkpoint => checkpoint.version <= version)) return listing
  if (listing.from === 0) return listing
  for (let block = firstBlock; ; block *= 4) {
    const from = Math.max(0, version - block + 1)
    const files = await listFrom(table, from, version, signal)
    if (from === 0 || files.checkpoints.length > 0) return files
  }
}

/** Everything from `from` on, up to and including `to`. */
export async function listFrom(table: DeltaTable, from: number, to: number, signal: AbortSignal): Promise<LogFiles> {
  const objects: ObjectInfo[] = []
  let page = await table.store.list(request(table, { startAfter: logKey(table, digits(from)) }), signal)
  for (;;) {
    objects.push(...page.objects)
    const last = page.objects.at(-1)
    if (page.next === undefined || (last && (parseName(last)?.version ?? 0) > to)) break
    page = await table.store.list(request(table, { continuation: page.next }), signal)
  }
  return sortFiles(objects.filter(info => (parseName(info)?.version ?? 0) <= to))
}

/** The oldest version that can be rebuilt: commit 0, or the first complete checkpoint; undefined when none can. */
export function earliestVersion({ head, checkpoints }: LogListing): number | undefined {
  if (head.commits[0]?.version === 0) return 0
  return head.checkpoints[0]?.version ?? checkpoints[0]?.version
}

/** The key of a file of the log. */
export function logKey(table: DeltaTable, name: string): string {
  return keyOf(table, `_delta_log/${name}`)
}

/** A version as it stands in names. */
function digits(version: number): string {
  return String(version).padStart(20, '0')
}

const firstBlock = 1000

function request(table: DeltaTable, more: Partial<ListRequest>): ListRequest {
  return { prefix: logKey(table, ''), delimiter: '/', ...more }
}

function whole(table: DeltaTable, files: LogFiles): LogListing {
  const latestVersion = newest(files)
  if (latestVersion !== undefined) return { ...files, head: files, from: 0, latestVersion }
  throw problem(table, 'notFound', 'there is no Delta table, for its _delta_log holds no version', {
    hint: 'Name the folder that holds _delta_log.',
  })
}

function newest({ commits, checkpoints }: LogFiles): number | undefined {
  const last = Math.max(commits.at(-1)?.version ?? -1, checkpoints.at(-1)?.version ?? -1)
  return last < 0 ? undefined : last
}

/** Undefined when there is no hint, or none that can be understood. */
async function readHint(table: DeltaTable, signal: AbortSignal): Promise<number | undefined> {
  try {
    const bytes = await table.store.read(logKey(table, '_last_checkpoint'), undefined, signal)
    const parsed = parseJson(new TextDecoder().decode(bytes))
    const version = isWire(parsed) ? countOr(parsed, 'version') : undefined
    return version !== undefined && Number.isSafeInteger(version) && version >= 0 ? version : undefined
  } catch (error) {
    if (isProblem(error, 'notFound')) return undefined
    throw error
  }
}

type NamedFile =
  | { readonly kind: 'commit'; readonly version: number }
  | { readonly kind: 'classic' | 'v2'; readonly version: number }
  | { readonly kind: 'multipart'; readonly version: number; readonly part: number; readonly of: number }

function parseName({ key }: ObjectInfo): NamedFile | undefined {
  const found =
    /(?:^|\/)(\d{20})\.(json|checkpoint\.parquet|checkpoint\.(\d{10})\.(\d{10})\.parquet|checkpoint\.[0-9a-fA-F-]{36}\.(?:json|parquet))$/.exec(
      key,
    )
  if (!found) return undefined
  const [, digitsText, rest, part, of] = found
  const version = Number(digitsText)
  if (!Number.isSafeInteger(version)) return undefined
  if (rest === 'json') return { kind: 'commit', version }
  if (rest === 'checkpoint.parquet') return { kind: 'classic', version }
  if (part !== undefined && of !== undefined) return { kind: 'multipart', version, part: Number(part), of: Number(of) }
  return { kind: 'v2', version }
}

/** By kind, incomplete checkpoints and empty files of one left out. */
export function sortFiles(objects: readonly ObjectInfo[]): LogFiles {
  const commits: CommitFile[] = []
  const checkpoints: Checkpoint[] = []
  const parts = new Map<string, (ObjectInfo | undefined)[]>()
  for (const info of objects) {
    const name = parseName(info)
    if (!name) continue
    if (name.kind === 'commit') commits.push({ version: name.version, info })
    else if (info.size === 0) continue
    else if (name.kind !== 'multipart') checkpoints.push({ version: name.version, kind: name.kind, parts: [info] })
    else if (name.part >= 1 && name.part <= name.of && name.of <= mostParts) {
      const group = `${name.version} ${name.of}`
      const known = parts.get(group) ?? Array.from<undefined>({ length: name.of })
      known[name.part - 1] = info
      parts.set(group, known)
    }
  }
  for (const [group, infos] of parts) {
    const complete = infos.filter(info => info !== undefined)
    if (complete.length === infos.length) checkpoints.push({ version: Number.parseInt(group, 10), kind: 'multipart', parts: complete })
  }
  return { commits: commits.toSorted(byVersion), checkpoints: checkpoints.toSorted(byVersion) }
}

function byVersion(a: { readonly version: number }, b: { readonly version: number }): number {
  return a.version - b.version
}

const mostParts = 100_000
