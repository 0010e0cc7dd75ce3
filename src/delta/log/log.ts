import { isProblem } from '#base/errors.ts'
import { keyOf, problem, type DeltaTable } from '#delta/table.ts'
import { isWire, parseJson, wholeOr } from '#base/wire.ts'
import type { NamedObject, NamesPage, NamesRequest } from '#storage/objectStore.ts'
import { digits, sortFiles, versionOf, type LogFiles } from './logNames.ts'

/** What is known of a log from its names: its beginning, and its end from `from` on without a hole. */
export interface LogListing extends LogFiles {
  /** The oldest commit there is; undefined when only checkpoints are left. */
  readonly firstCommit: number | undefined
  /** The oldest version that can be rebuilt: commit 0, or the first complete checkpoint; undefined when none can. */
  readonly earliest: number | undefined
  /** Versions below are not in the lists; 0 when all are. */
  readonly from: number
  readonly latestVersion: number
}

/**
 * The log as it is now. One request for a folder of this machine and for a log of up to 1,000 files, else three: the beginning,
 * `_last_checkpoint` as a hint, and the end behind it; a hint that leads nowhere costs a listing of everything.
 * @throws LakehouseError `notFound` when there is no version at all
 */
export async function listLog(table: DeltaTable, signal: AbortSignal): Promise<LogListing> {
  const first = await table.store.listNames(request(table, {}), signal)
  if (first.next === undefined) return whole(table, sortFiles(first.objects))
  const hint = await readHint(table, signal)
  const tail = hint === undefined ? undefined : await listFrom(table, hint, Infinity, signal)
  const latestVersion = tail && latestOf(tail)
  if (hint === undefined || !tail?.checkpoints.length || latestVersion === undefined) {
    return whole(table, sortFiles(await readOn(table, first, Infinity, signal)))
  }
  const head = await listHead(table, first, signal)
  const earliest = head.commits[0]?.version === 0 ? 0 : (head.checkpoints[0]?.version ?? tail.checkpoints[0]?.version)
  return { ...tail, firstCommit: head.commits[0]?.version ?? tail.commits[0]?.version, earliest, from: hint, latestVersion }
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
  const page = await table.store.listNames(request(table, { startAfter: logKey(table, digits(from)) }), signal)
  const objects = await readOn(table, page, to, signal)
  return sortFiles(to === Infinity ? objects : objects.filter(({ key }) => (versionOf(key) ?? 0) <= to))
}

/** The key of a file of the log. */
export function logKey(table: DeltaTable, name: string): string {
  return keyOf(table, `_delta_log/${name}`)
}

const firstBlock = 1000

function request(table: DeltaTable, more: Omit<NamesRequest, 'folder'>): NamesRequest {
  return { folder: logKey(table, ''), ...more }
}

/** The objects of a page and of those after it, until one names a version beyond `to`. */
async function readOn(table: DeltaTable, first: NamesPage, to: number, signal: AbortSignal): Promise<readonly NamedObject[]> {
  const objects = [...first.objects]
  let page = first
  while (page.next !== undefined && (versionOf(page.objects.at(-1)?.key ?? '') ?? 0) <= to) {
    page = await table.store.listNames(request(table, { continuation: page.next }), signal)
    for (const object of page.objects) objects.push(object)
  }
  return objects
}

/** The beginning of a log, as far as it takes to know its oldest version: commit 0 or the first complete checkpoint. */
async function listHead(table: DeltaTable, first: NamesPage, signal: AbortSignal): Promise<LogFiles> {
  const objects = [...first.objects]
  for (let page = first; ;) {
    const head = sortFiles(objects)
    if (page.next === undefined || head.commits[0]?.version === 0 || head.checkpoints.length > 0) return head
    page = await table.store.listNames(request(table, { continuation: page.next }), signal)
    for (const object of page.objects) objects.push(object)
  }
}

function whole(table: DeltaTable, files: LogFiles): LogListing {
  const latestVersion = latestOf(files)
  const firstCommit = files.commits[0]?.version
  const earliest = firstCommit === 0 ? 0 : files.checkpoints[0]?.version
  if (latestVersion !== undefined) return { ...files, firstCommit, earliest, from: 0, latestVersion }
  throw problem(table, 'notFound', 'there is no Delta table, for its _delta_log holds no version', {
    hint: 'Name the folder that holds _delta_log.',
  })
}

/** The newest version that some files of a log lead to; undefined when there is none. */
export function latestOf({ commits, checkpoints }: LogFiles): number | undefined {
  const last = Math.max(commits.at(-1)?.version ?? -1, checkpoints.at(-1)?.version ?? -1)
  return last < 0 ? undefined : last
}

/** Undefined when there is no hint, or none that can be understood. */
async function readHint(table: DeltaTable, signal: AbortSignal): Promise<number | undefined> {
  try {
    const bytes = await table.store.read(logKey(table, '_last_checkpoint'), undefined, signal)
    const parsed = parseJson(new TextDecoder().decode(bytes))
    return isWire(parsed) ? wholeOr(parsed, 'version') : undefined
  } catch (error) {
    if (isProblem(error, 'notFound')) return undefined
    throw error
  }
}
