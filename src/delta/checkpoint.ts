import { limit } from '#base/limit.ts'
import { parseAction, type Action, type AddFile, type DomainMetadata, type Metadata, type Sidecar } from './actions.ts'
import { itemsReader, scalarReader } from './checkpointRows.ts'
import { parseActions } from './commits.ts'
import { logKey, type Checkpoint } from './log.ts'
import { openParquet, readLeaves, type ParquetFile, type RowGroupAt } from './parquet.ts'
import { leavesBelow, nodeAt, type ParquetNode } from './parquetTree.ts'
import { openRangeFile } from './rangeFile.ts'
import { isAbsolute, locateFile, type DeltaTable, type StoredAt } from './table.ts'
import type { Protocol } from './types.ts'
import type { Wire } from './wire.ts'

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
  const parts = checkpoint.parts.map(info => atOnce(() => readPart({ store: table.store, key: info.key }, info.size, extent, signal)))
  const actions = (await Promise.all(parts)).flat()
  const adds = actions.flatMap(action => (action.kind === 'add' ? [action.add] : []))
  const sidecars = extent === 'header' ? [] : actions.flatMap(action => (action.kind === 'sidecar' ? [action.sidecar] : []))
  const aside = await Promise.all(sidecars.map(sidecar => atOnce(() => readSidecar(table, sidecar, signal))))
  return {
    protocol: actions.findLast(action => action.kind === 'protocol')?.protocol,
    metadata: actions.findLast(action => action.kind === 'metadata')?.metadata,
    domains: actions.flatMap(action => (action.kind === 'domain' ? [action.domain] : [])),
    adds: [...adds, ...aside.flat()],
  }
}

const partsAtOnce = 8

async function readPart({ store, key }: StoredAt, size: number, extent: 'header' | 'files', signal: AbortSignal): Promise<Action[]> {
  if (key.endsWith('.json')) return Array.from(parseActions(await store.read(key, undefined, signal), store.locate(key), extent))
  const file = await openParquet(await openRangeFile(store, key, size, signal), signal)
  const actions: Action[] = []
  for (const group of file.groups) {
    actions.push(...(await readHeaderRows(file, group, signal)))
    if (extent === 'files') for (const add of await readAdds(file, group, signal)) actions.push({ kind: 'add', add })
  }
  return actions
}

async function readSidecar(table: DeltaTable, { path, sizeInBytes }: Sidecar, signal: AbortSignal): Promise<readonly AddFile[]> {
  const at = isAbsolute(path) ? locateFile(table, path) : { store: table.store, key: logKey(table, `_sidecars/${path}`) }
  const file = await openParquet(await openRangeFile(at.store, at.key, sizeInBytes, signal), signal)
  const adds: AddFile[] = []
  for (const group of file.groups) adds.push(...(await readAdds(file, group, signal)))
  return adds
}

const headerScalars = {
  protocol: ['minReaderVersion', 'minWriterVersion'],
  metaData: ['id', 'name', 'description', 'schemaString'],
  sidecar: ['path', 'sizeInBytes'],
  domainMetadata: ['domain', 'configuration', 'removed'],
} as const
const headerLists = { protocol: ['readerFeatures', 'writerFeatures'], metaData: ['partitionColumns'] } as const

/** Everything but files and transactions, through the same parser as the lines of a commit. */
async function readHeaderRows(file: ParquetFile, group: RowGroupAt, signal: AbortSignal): Promise<readonly Action[]> {
  const read = await readTree(file, group, Object.keys(headerScalars), signal)
  const actions: Action[] = []
  for (const [name, scalars] of Object.entries(headerScalars)) {
    const members = scalars.map(member => [member, read.scalar([name, member])] as const)
    const lists = (name === 'protocol' || name === 'metaData' ? headerLists[name] : []).map(
      member => [member, read.items([name, member])] as const,
    )
    const configuration = name === 'metaData' ? read.map([name, 'configuration']) : undefined
    for (let row = 0; row < group.rows; row += 1) {
      const wire: Record<string, unknown> = {}
      for (const [member, value] of members) wire[member] = value(row)
      if (Object.values(wire).every(value => value === undefined)) continue
      for (const [member, items] of lists) wire[member] = items(row)
      if (configuration) wire['configuration'] = configuration(row)
      const action = parseAction({ [name]: wire satisfies Wire })
      if (action) actions.push(action)
    }
  }
  return actions
}

async function readAdds(file: ParquetFile, group: RowGroupAt, signal: AbortSignal): Promise<AddFile[]> {
  const members = ['path', 'size', 'partitionValues', 'stats', 'dataChange', 'deletionVector']
  const read = await readTree(file, group, ['add'], signal, ([, member]) => member !== undefined && members.includes(member))
  const parsed = await readTree(file, group, ['add'], signal, ([, member, leaf]) => member === 'stats_parsed' && leaf === 'numRecords')
  const path = read.scalar(['add', 'path'])
  const size = read.scalar(['add', 'size'])
  const partitionValues = read.map(['add', 'partitionValues'])
  const stats = read.scalar(['add', 'stats'])
  const records = parsed.scalar(['add', 'stats_parsed', 'numRecords'])
  const vector = ['storageType', 'pathOrInlineDv', 'offset', 'sizeInBytes', 'cardinality'].map(
    member => [member, read.scalar(['add', 'deletionVector', member])] as const,
  )
  const adds: AddFile[] = []
  for (let row = 0; row < group.rows; row += 1) {
    if (path(row) === undefined) continue
    const deletionVector = Object.fromEntries(vector.map(([member, value]) => [member, value(row)]))
    const wire = {
      path: path(row),
      size: size(row),
      partitionValues: partitionValues(row),
      stats: stats(row),
      deletionVector: deletionVector['storageType'] === undefined ? undefined : deletionVector,
    }
    const action = parseAction({ add: wire })
    if (action?.kind !== 'add') continue
    const parsedRecords = records(row)
    adds.push(action.add.stats === undefined && typeof parsedRecords === 'number' ? { ...action.add, parsedRecords } : action.add)
  }
  return adds
}

/** Reads the leaves below some top-level columns and answers readers by path; a path that is not there reads as null. */
async function readTree(
  file: ParquetFile,
  group: RowGroupAt,
  columns: readonly string[],
  signal: AbortSignal,
  wanted: (path: readonly string[]) => boolean = () => true,
) {
  const leaves = columns
    .flatMap(column => pathsBelow(nodeAt(file.root, [column]), [column]))
    .filter(({ path }) => wanted(path))
    .map(({ node }) => node)
  const data = await readLeaves(file, group, leaves, { start: 0, end: group.rows }, signal)
  const leafAt = (path: readonly string[], which: number): ParquetNode | undefined => {
    const node = nodeAt(file.root, path)
    return node && leavesBelow(node)[which]
  }
  const dataOf = (node: ParquetNode | undefined) => node && data.get(node)
  return {
    scalar: (path: readonly string[]) => {
      const node = leafAt(path, 0)
      return scalarReader(dataOf(node), node)
    },
    items: (path: readonly string[]) => {
      const node = leafAt(path, 0)
      return itemsReader(dataOf(node), node)
    },
    map: (path: readonly string[]) => {
      const [key, value] = [leafAt(path, 0), leafAt(path, 1)]
      const [keys, values] = [itemsReader(dataOf(key), key), itemsReader(dataOf(value), value)]
      return (row: number) => {
        const texts = values(row) ?? []
        return Object.fromEntries((keys(row) ?? []).map((name, i) => [String(name), texts[i] ?? null]))
      }
    },
  }
}

function pathsBelow(node: ParquetNode | undefined, path: readonly string[]): readonly { node: ParquetNode; path: readonly string[] }[] {
  if (!node) return []
  if (node.leaf >= 0) return [{ node, path }]
  return node.children.flatMap(child => pathsBelow(child, [...path, child.name]))
}
