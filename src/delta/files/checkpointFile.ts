import { parseAction, type Action } from '#delta/actions.ts'
import { isAllNull } from '#parquet/chunkPages.ts'
import { chunkOf, readLeaves, type ParquetFile, type RowGroupAt } from '#parquet/parquet.ts'
import { leavesBelow, nodeAt, type ParquetNode } from '#parquet/parquetTree.ts'
import { itemsColumn, scalarColumn, type ItemsColumn, type ScalarColumn } from './checkpointRows.ts'

/** Everything but files and transactions, through the same parser as the lines of a commit. */
export async function readHeaderActions(file: ParquetFile, group: RowGroupAt, signal: AbortSignal): Promise<readonly Action[]> {
  const columns = await readColumns(
    file,
    group,
    Object.keys(headerScalars).map(name => [name]),
    signal,
  )
  const actions: Action[] = []
  for (const [name, scalars] of Object.entries(headerScalars)) {
    const members = scalars.map(member => [member, columns.scalar([name, member])] as const)
    const lists = (name === 'protocol' || name === 'metaData' ? headerLists[name] : []).map(
      member => [member, columns.items([name, member])] as const,
    )
    const configuration = name === 'metaData' ? columns.map([name, 'configuration']) : undefined
    for (const row of new Set(members.flatMap(([, column]) => [...column.rows()]))) {
      const wire: Record<string, unknown> = {}
      for (const [member, column] of members) wire[member] = column.at(row)
      for (const [member, items] of lists) wire[member] = items(row)
      if (configuration) wire['configuration'] = configuration(row)
      const action = parseAction({ [name]: wire })
      if (action) actions.push(action)
    }
  }
  return actions
}

const headerScalars = {
  protocol: ['minReaderVersion', 'minWriterVersion'],
  metaData: ['id', 'name', 'description', 'schemaString'],
  sidecar: ['path', 'sizeInBytes'],
  domainMetadata: ['domain', 'configuration', 'removed'],
} as const
const headerLists = { protocol: ['readerFeatures', 'writerFeatures'], metaData: ['partitionColumns'] } as const

interface Columns {
  scalar(path: readonly string[]): ScalarColumn
  items(path: readonly string[]): ItemsColumn
  /** Text by text; of equal keys the last wins. */
  map(path: readonly string[]): (row: number) => Readonly<Record<string, unknown>>
}

/** Reads all leaves below some elements; an element that is not there, or is null everywhere by statistics, reads as null. */
async function readColumns(
  file: ParquetFile,
  group: RowGroupAt,
  elements: readonly (readonly string[])[],
  signal: AbortSignal,
): Promise<Columns> {
  const nodes = elements.map(path => nodeAt(file.root, path)).filter(node => node !== undefined)
  const leaves = nodes.flatMap(leavesBelow).filter(leaf => !isAllNull(chunkOf(group, leaf).meta))
  const data = await readLeaves(file, group, leaves, { start: 0, end: group.rows }, signal)
  const leafAt = (path: readonly string[], which: number): ParquetNode | undefined => {
    const node = nodeAt(file.root, path)
    return node && leavesBelow(node)[which]
  }
  const items = (node: ParquetNode | undefined): ItemsColumn => itemsColumn(node && data.get(node), node)
  return {
    scalar: path => {
      const node = leafAt(path, 0)
      return scalarColumn(node && data.get(node), node)
    },
    items: path => items(leafAt(path, 0)),
    map: path => {
      const [keys, values] = [items(leafAt(path, 0)), items(leafAt(path, 1))]
      return row => {
        const texts = values(row) ?? []
        return Object.fromEntries((keys(row) ?? []).map((name, i) => [String(name), texts[i] ?? null]))
      }
    },
  }
}
