import { decodePath, parseDeletionVector, type RemoveFile, type Sidecar } from '#delta/actions.ts'
import { readAllActions } from '#delta/log/commits.ts'
import { logKey } from '#delta/log/log.ts'
import type { Checkpoint } from '#delta/log/logNames.ts'
import { isAbsolute, locateFile, type DeltaTable, type StoredAt } from '#delta/table.ts'
import { isAllNull } from '#parquet/chunkPages.ts'
import { chunkOf, openParquet, readLeaves, type ParquetFile, type RowGroupAt } from '#parquet/parquet.ts'
import { leavesBelow, nodeAt } from '#parquet/parquetTree.ts'
import { openRangeFile } from '#parquet/rangeFile.ts'
import { scalarColumn, type ScalarColumn } from './checkpointRows.ts'

/** The removed files that a checkpoint still names, a row group at a time. Reads no column of active files. @throws LakehouseError `corrupt`, `notFound` */
export async function* readRemoves(
  table: DeltaTable,
  checkpoint: Checkpoint,
  signal: AbortSignal,
): AsyncGenerator<readonly RemoveFile[], void> {
  const sidecars: Sidecar[] = []
  for (const { key, info } of checkpoint.parts) {
    if (key.endsWith('.json')) {
      const actions = await readAllActions({ store: table.store, key }, 'files', signal)
      sidecars.push(...actions.flatMap(action => (action.kind === 'sidecar' ? [action.sidecar] : [])))
      yield actions.flatMap(action => (action.kind === 'remove' ? [action.remove] : []))
      continue
    }
    const file = await openParquet(await openRangeFile(table.store, key, info?.size, signal), signal)
    for (const group of file.groups) {
      const [path, size] = await readScalars(file, group, sidecarMembers, signal)
      for (const row of path?.rows() ?? []) {
        sidecars.push({ path: decodePath(String(path?.at(row))), sizeInBytes: (size && numberAt(size, row)) ?? 0 })
      }
      yield await removesOf(file, group, signal)
    }
  }
  for (const { path, sizeInBytes } of sidecars) {
    const at: StoredAt = isAbsolute(path) ? locateFile(table, path) : { store: table.store, key: logKey(table, `_sidecars/${path}`) }
    const file = await openParquet(await openRangeFile(at.store, at.key, sizeInBytes, signal), signal)
    for (const group of file.groups) yield await removesOf(file, group, signal)
  }
}

const sidecarMembers = ['path', 'sizeInBytes'].map(member => ['sidecar', member])
const vectorMembers = ['storageType', 'pathOrInlineDv', 'offset', 'sizeInBytes', 'cardinality']
const removeMembers = [
  ...['path', 'deletionTimestamp', 'size'].map(member => ['remove', member]),
  ...vectorMembers.map(member => ['remove', 'deletionVector', member]),
]

async function removesOf(file: ParquetFile, group: RowGroupAt, signal: AbortSignal): Promise<readonly RemoveFile[]> {
  const [path, time, size, ...vector] = await readScalars(file, group, removeMembers, signal)
  if (!path || !time || !size) return []
  return Array.from(path.rows(), row => ({
    path: decodePath(String(path.at(row))),
    deletionTimestamp: numberAt(time, row),
    size: numberAt(size, row),
    deletionVector:
      vector[0]?.at(row) === undefined
        ? undefined
        : parseDeletionVector(Object.fromEntries(vectorMembers.map((member, i) => [member, vector[i]?.at(row)]))),
  }))
}

/** One column for each path; one that is not there, or is null everywhere by statistics, is null. */
async function readScalars(
  file: ParquetFile,
  group: RowGroupAt,
  paths: readonly (readonly string[])[],
  signal: AbortSignal,
): Promise<readonly ScalarColumn[]> {
  const nodes = paths.map(path => nodeAt(file.root, path))
  const leaves = nodes.flatMap(node => (node ? leavesBelow(node) : [])).filter(leaf => !isAllNull(chunkOf(group, leaf).meta))
  const data = await readLeaves(file, group, leaves, { start: 0, end: group.rows }, signal)
  return nodes.map(node => scalarColumn(node && data.get(node), node))
}

function numberAt(column: ScalarColumn, row: number): number | undefined {
  const value = column.at(row)
  return typeof value === 'number' ? value : undefined
}
