import type { FileMetaData, SchemaElement } from 'hyparquet'

/** An element of a Parquet schema with its levels and, for a leaf, its column. */
export interface ParquetNode {
  readonly name: string
  readonly element: SchemaElement
  readonly children: readonly ParquetNode[]
  /** Level of an entry in which this element is there. */
  readonly maxDefinition: number
  /** Number of repeated elements down to here, itself included. */
  readonly maxRepetition: number
  /** Position among the leaves, and so among the columns of a row group; -1 for a group. */
  readonly leaf: number
}

export type ParquetLeaf = ParquetNode

/** The schema as a tree; its root has no name. @throws Error when the list of elements is no tree */
export function parquetTree({ schema }: FileMetaData): ParquetNode {
  let next = 0
  let leaves = 0
  const build = (definition: number, repetition: number, depth: number): ParquetNode => {
    const element = schema[next++]
    if (typeof element?.name !== 'string' || depth > deepest) throw new Error('its schema is no tree')
    const kind = depth === 0 ? 'REQUIRED' : element.repetition_type
    const maxDefinition = definition + (kind === 'OPTIONAL' || kind === 'REPEATED' ? 1 : 0)
    const maxRepetition = repetition + (kind === 'REPEATED' ? 1 : 0)
    const { name, num_children: count = 0 } = element
    const leaf = element.type === undefined ? -1 : leaves++
    const children = Array.from({ length: count }, () => build(maxDefinition, maxRepetition, depth + 1))
    return { name, element, children, maxDefinition, maxRepetition, leaf }
  }
  return build(0, 0, 0)
}

/** All leaves below, in order. */
export function leavesBelow(node: ParquetNode): readonly ParquetLeaf[] {
  return node.leaf >= 0 ? [node] : node.children.flatMap(leavesBelow)
}

/** The leaf at a path of names; undefined when there is none. */
export function nodeAt(root: ParquetNode, path: readonly string[]): ParquetNode | undefined {
  let node: ParquetNode | undefined = root
  for (const name of path) node = node?.children.find(child => child.name === name)
  return node
}

/** The annotation of an element, whether it was written in the old or in the new way. */
export function annotationOf({ logical_type: logical, converted_type: converted }: SchemaElement): string | undefined {
  return logical?.type ?? converted
}

const deepest = 100
