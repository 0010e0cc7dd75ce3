import { nextTurn } from '#base/turn.ts'
import { parseAction, type Action } from '#delta/actions.ts'
import type { DeltaTable, StoredAt } from '#delta/table.ts'
import type { ObjectHead, ObjectInfo, ObjectStore } from '#storage/objectStore.ts'
import { brokenLine, JsonLines, type JsonObject } from './jsonLines.ts'
import type { CommitFile } from './logNames.ts'

/** Without files, a header is what remains; their lines are not even parsed. */
export type Extent = 'header' | 'files'

/** A commit or compacted log that was read. */
export interface ReadCommit {
  readonly file: CommitFile
  readonly info: ObjectInfo
  /** Its actions in file order, in parts that lie in memory together. */
  readonly parts: readonly (readonly Action[])[]
}

/** Reads files of a log in the order given, some at once. @throws LakehouseError `corrupt` with file and line, `notFound` */
export async function* readCommits(
  { store }: DeltaTable,
  files: readonly CommitFile[],
  extent: Extent,
  signal: AbortSignal,
): AsyncGenerator<ReadCommit, void> {
  for (let start = 0; start < files.length; start += filesAtOnce) {
    await nextTurn()
    const block = files.slice(start, start + filesAtOnce)
    const keys = block.map(({ key }) => key)
    const heads = await store.readHeads(keys, headBytes, signal)
    for (const [i, file] of block.entries()) {
      const head = heads[i]
      if (!head) continue
      signal.throwIfAborted()
      const parts: (readonly Action[])[] = []
      for await (const actions of readActions(store, head, extent, signal)) parts.push(actions)
      yield { file, info: head.info, parts }
    }
  }
}

const filesAtOnce = 32
/** Of each file this much is read at once with the others of its block, the rest in ranges. */
const headBytes = 1024 * 1024

/**
 * The actions of a commit, compacted log or JSON checkpoint whose beginning is at hand, in file order; a header has those of no
 * file.
 * @throws LakehouseError `corrupt` with the line
 */
async function* readActions(
  store: ObjectStore,
  head: ObjectHead,
  extent: Extent,
  signal: AbortSignal,
): AsyncGenerator<readonly Action[], void> {
  const location = store.locate(head.info.key)
  const lines = linesOf(location, extent)
  for await (const bytes of inRanges(store, head, signal)) yield toActions(lines.push(bytes), location, extent)
  yield toActions(lines.end(), location, extent)
}

/** The bytes of a file whose beginning is at hand: that first, then the rest in ranges, so that any length takes bounded memory. */
export async function* inRanges(store: ObjectStore, { info, bytes }: ObjectHead, signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
  yield bytes
  for (let start = bytes.byteLength; start < info.size; start += rangeBytes) {
    yield await store.read(info.key, { start, end: Math.min(start + rangeBytes, info.size) }, signal)
  }
}

/** All actions of a file of which nothing is at hand, in parts. @throws LakehouseError `corrupt` with the line, `notFound` */
export async function readAllActions({ store, key }: StoredAt, extent: Extent, signal: AbortSignal): Promise<readonly Action[]> {
  const [head] = await store.readHeads([key], headBytes, signal)
  const parts: (readonly Action[])[] = []
  if (head) for await (const actions of readActions(store, head, extent, signal)) parts.push(actions)
  return parts.flat()
}

/** The objects of newline-delimited JSON that is in memory whole. @throws LakehouseError `corrupt` with the line */
export function* parseObjects(bytes: Uint8Array, location: string): Generator<JsonObject, void> {
  const lines = new JsonLines(location)
  yield* lines.push(bytes)
  yield* lines.end()
}

const rangeBytes = 8 * 1024 * 1024

function linesOf(location: string, extent: Extent): JsonLines {
  return new JsonLines(location, extent === 'header' ? isFileLine : undefined)
}

function toActions(objects: Iterable<JsonObject>, location: string, extent: Extent): readonly Action[] {
  const actions: Action[] = []
  for (const { value, line } of objects) {
    try {
      const action = parseAction(value)
      if (action && !(extent === 'header' && isFileAction(action))) actions.push(action)
    } catch (error) {
      throw brokenLine(location, line, error)
    }
  }
  return actions
}

function isFileAction({ kind }: Action): boolean {
  return kind === 'add' || kind === 'remove' || kind === 'change'
}

const fileStarts = ['{"add":', '{"remove":', '{"cdc":'].map(start => Buffer.from(start))
const fileEnd = Buffer.from('}}')

/** A whole line that names a file, written as all writers do. */
function isFileLine(line: Buffer): boolean {
  if (!line.subarray(-fileEnd.length).equals(fileEnd)) return false
  return fileStarts.some(start => line.subarray(0, start.length).equals(start))
}
