import { limit } from '#base/limit.ts'
import type { Action, AddFile, DomainMetadata, Metadata, Sidecar } from './actions.ts'
import { readAdds, readHeaderActions } from './checkpointFile.ts'
import { parseActions } from './commits.ts'
import { logKey } from './log.ts'
import type { Checkpoint } from './logNames.ts'
import { openParquet } from './parquet.ts'
import { openRangeFile } from './rangeFile.ts'
import { isAbsolute, locateFile, type DeltaTable, type StoredAt } from './table.ts'
import type { Protocol } from './types.ts'

/** The reconciled state that a checkpoint holds. */
export interface CheckpointState {
  readonly protocol: Protocol | undefined
  readonly metadata: Metadata | undefined
  readonly domains: readonly DomainMetadata[]
  /** Empty when only the header was asked for. */
  readonly adds: readonly AddFile[]
}

/** Reads a complete checkpoint; its header alone reads no column of files. @throws LakehouseError `corrupt`, `notFound` */
export async function readCheckpoint(
  table: DeltaTable,
  checkpoint: Checkpoint,
  extent: 'header' | 'files',
  signal: AbortSignal,
): Promise<CheckpointState> {
  const atOnce = limit(partsAtOnce)
  const parts = checkpoint.parts.map(({ key, info }) => atOnce(() => readPart({ store: table.store, key }, info?.size, extent, signal)))
  const read = await Promise.all(parts)
  const actions = read.flatMap(({ header }) => header)
  const sidecars = extent === 'header' ? [] : actions.flatMap(action => (action.kind === 'sidecar' ? [action.sidecar] : []))
  const aside = await Promise.all(sidecars.map(sidecar => atOnce(() => readSidecar(table, sidecar, signal))))
  return {
    protocol: actions.findLast(action => action.kind === 'protocol')?.protocol,
    metadata: actions.findLast(action => action.kind === 'metadata')?.metadata,
    domains: actions.flatMap(action => (action.kind === 'domain' ? [action.domain] : [])),
    adds: [...read.map(({ adds }) => adds), ...aside].flat(),
  }
}

const partsAtOnce = 8

interface Part {
  /** All but files. */
  readonly header: readonly Action[]
  readonly adds: readonly AddFile[]
}

async function readPart({ store, key }: StoredAt, size: number | undefined, extent: 'header' | 'files', signal: AbortSignal): Promise<Part> {
  if (key.endsWith('.json')) {
    const actions = Array.from(parseActions(await store.read(key, undefined, signal), store.locate(key), extent))
    return { header: actions, adds: actions.flatMap(action => (action.kind === 'add' ? [action.add] : [])) }
  }
  const file = await openParquet(await openRangeFile(store, key, size, signal), signal)
  const header: Action[] = []
  const adds: (readonly AddFile[])[] = []
  for (const group of file.groups) {
    header.push(...(await readHeaderActions(file, group, signal)))
    if (extent === 'files') adds.push(await readAdds(file, group, signal))
  }
  return { header, adds: adds.flat() }
}

async function readSidecar(table: DeltaTable, { path, sizeInBytes }: Sidecar, signal: AbortSignal): Promise<readonly AddFile[]> {
  const at = isAbsolute(path) ? locateFile(table, path) : { store: table.store, key: logKey(table, `_sidecars/${path}`) }
  const file = await openParquet(await openRangeFile(at.store, at.key, sizeInBytes, signal), signal)
  const adds: (readonly AddFile[])[] = []
  for (const group of file.groups) adds.push(await readAdds(file, group, signal))
  return adds.flat()
}
