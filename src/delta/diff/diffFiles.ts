import { nextTurn } from '#base/turn.ts'
import { fileKey, type AddFile, type BareFile, type RemoveFile } from '#delta/actions.ts'
import type { ActiveFiles } from '#delta/files/activeFiles.ts'
import { FileKeys } from '#delta/files/fileKeys.ts'
import { otherPositions } from '#delta/files/joinedFiles.ts'
import type { CommitRange } from './diffLog.ts'

/** Files that only one of two versions has. */
export interface ChangedFiles {
  readonly removed: SomeFiles
  readonly added: SomeFiles
}

/** Some files of a version: their number and bytes, and the files themselves when they are asked for. */
export interface SomeFiles {
  readonly count: number
  readonly bytes: number
  /** @throws LakehouseError `corrupt` */
  readonly list: (signal: AbortSignal) => Promise<readonly AddFile[]>
}

/** By the commits from the older version on: only files that these name are looked for among its own. */
export function changedByCommits(older: ActiveFiles, touched: NonNullable<CommitRange['touched']>): ChangedFiles {
  const [active, gone] = [new FileKeys(), new FileKeys()]
  for (const { file, isActive } of touched.values()) (isActive ? active : gone).add(file)
  const kept = new Set(
    Array.from(older.positionsOf(active), position => bareAt(older, position))
      .flat()
      .map(fileKey),
  )
  const added = [...touched].flatMap(([key, { add, isActive }]) => (isActive && add && !kept.has(key) ? [add] : []))
  return { removed: filesAt(older, older.positionsOf(gone)), added: listed(added) }
}

/** By all files of both versions, of which the names of the fewer are held. */
export async function changedByFiles(older: ActiveFiles, newer: ActiveFiles, signal: AbortSignal): Promise<ChangedFiles> {
  const [fewer, more] = older.length <= newer.length ? [older, newer] : [newer, older]
  const common = more.positionsOf(
    await keysOf(
      fewer,
      Int32Array.from({ length: fewer.length }, (_, i) => i),
      signal,
    ),
  )
  const onlyMore = filesAt(more, otherPositions(more.length, common))
  const onlyFewer = filesAt(fewer, otherPositions(fewer.length, fewer.positionsOf(await keysOf(more, common, signal))))
  return fewer === older ? { removed: onlyFewer, added: onlyMore } : { removed: onlyMore, added: onlyFewer }
}

/** The files by {@link fileKey} that are among those of a version. */
export async function findFiles(
  files: ActiveFiles,
  wanted: readonly RemoveFile[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, AddFile>> {
  const keys = new FileKeys()
  for (const file of wanted) keys.add(file)
  return new Map((await files.pick(files.positionsOf(keys), signal)).map(add => [fileKey(add), add]))
}

function listed(files: readonly AddFile[]): SomeFiles {
  return { count: files.length, bytes: files.reduce((sum, { size }) => sum + size, 0), list: () => Promise.resolve(files) }
}

const namesAtOnce = 10_000

function bareAt(files: ActiveFiles, position: number): readonly BareFile[] {
  return files.bare(position, position + 1)
}

async function keysOf(files: ActiveFiles, positions: Int32Array, signal: AbortSignal): Promise<FileKeys> {
  const keys = new FileKeys()
  for (let start = 0; start < positions.length; start += namesAtOnce) {
    await nextTurn()
    signal.throwIfAborted()
    for (const position of positions.subarray(start, start + namesAtOnce)) for (const file of bareAt(files, position)) keys.add(file)
  }
  return keys
}

function filesAt(files: ActiveFiles, positions: Int32Array): SomeFiles {
  const bytes = positions.reduce((sum, position) => sum + (files.sizes[position] ?? 0), 0)
  return { count: positions.length, bytes, list: signal => files.pick(positions, signal) }
}
