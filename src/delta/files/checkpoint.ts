import { limit } from '#base/limit.ts'
import { ProgressCount } from '#base/progress.ts'
import type { Action, DomainMetadata, Metadata, Sidecar } from '#delta/actions.ts'
import { readAllActions } from '#delta/log/commits.ts'
import { logKey } from '#delta/log/log.ts'
import type { Checkpoint } from '#delta/log/logNames.ts'
import { isAbsolute, locateFile, type DeltaTable, type StoredAt } from '#delta/table.ts'
import type { Protocol } from '#delta/types.ts'
import { openParquet, whole, type ParquetFile } from '#parquet/parquet.ts'
import { openRangeFile } from '#parquet/rangeFile.ts'
import { ListedFiles, type ActiveFiles } from './activeFiles.ts'
import { readHeaderActions } from './checkpointFile.ts'
import { readFileColumns, type FileColumns, type SharedColumns } from './fileColumns.ts'
import { joinFiles } from './joinedFiles.ts'
import { PartitionSets } from './partitionSets.ts'
import { StoredFiles } from './storedFiles.ts'

/** The reconciled state that a checkpoint holds. */
export interface CheckpointState {
  readonly protocol: Protocol | undefined
  readonly metadata: Metadata | undefined
  readonly domains: readonly DomainMetadata[]
  /** Empty when only the header was asked for. */
  readonly files: ActiveFiles
}

/** Reads a complete checkpoint; its header alone reads no column of files. @throws LakehouseError `corrupt`, `notFound` */
export async function readCheckpoint(
  table: DeltaTable,
  checkpoint: Checkpoint,
  extent: 'header' | 'files',
  signal: AbortSignal,
): Promise<CheckpointState> {
  const atOnce = limit(partsAtOnce)
  const sets = new PartitionSets()
  const shared = { sets, progress: new ProgressCount(table.report, { stage: 'files', total: null, unit: 'files' }) }
  const parts = checkpoint.parts.map(part =>
    atOnce(() => readPart({ store: table.store, key: part.key }, part.info?.size, { extent, shared, signal })),
  )
  const read = await Promise.all(parts)
  const actions = read.flatMap(({ header }) => header)
  const sidecars = extent === 'header' ? [] : actions.flatMap(action => (action.kind === 'sidecar' ? [action.sidecar] : []))
  const aside = await Promise.all(sidecars.map(sidecar => atOnce(() => readSidecar(table, sidecar, shared, signal))))
  const listed = new ListedFiles(actions.flatMap(action => (action.kind === 'add' ? [action.add] : [])))
  const stored = new StoredFiles([...read.map(({ columns }) => columns), ...aside].flat(), sets)
  return {
    protocol: actions.findLast(action => action.kind === 'protocol')?.protocol,
    metadata: actions.findLast(action => action.kind === 'metadata')?.metadata,
    domains: actions.flatMap(action => (action.kind === 'domain' ? [action.domain] : [])),
    files: joinFiles([listed, stored]),
  }
}

const partsAtOnce = 4

interface Part {
  /** All but files; in JSON also these. */
  readonly header: readonly Action[]
  readonly columns: readonly FileColumns[]
}

interface PartRequest {
  readonly extent: 'header' | 'files'
  readonly shared: SharedColumns
  readonly signal: AbortSignal
}

async function readPart({ store, key }: StoredAt, size: number | undefined, { extent, shared, signal }: PartRequest): Promise<Part> {
  if (key.endsWith('.json')) return { header: await readAllActions({ store, key }, extent, signal), columns: [] }
  const file = await openParquet(await openRangeFile(store, key, size, signal), signal)
  const [header, columns] = await Promise.all([readHeaders(file, signal), extent === 'files' ? readFileColumns(file, shared, signal) : []])
  return { header, columns }
}

async function readHeaders(file: ParquetFile, signal: AbortSignal): Promise<readonly Action[]> {
  return await whole(file.source, signal, async () => {
    const header: (readonly Action[])[] = []
    for (const group of file.groups) header.push(await readHeaderActions(file, group, signal))
    return header.flat()
  })
}

async function readSidecar(
  table: DeltaTable,
  { path, sizeInBytes }: Sidecar,
  shared: SharedColumns,
  signal: AbortSignal,
): Promise<readonly FileColumns[]> {
  const at = isAbsolute(path) ? locateFile(table, path) : { store: table.store, key: logKey(table, `_sidecars/${path}`) }
  const file = await openParquet(await openRangeFile(at.store, at.key, sizeInBytes, signal), signal)
  return await readFileColumns(file, shared, signal)
}
