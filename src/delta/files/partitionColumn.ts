import { readPages, type Chunk } from '#parquet/chunkPages.ts'
import type { Page } from '#parquet/pages.ts'
import type { SpanStream } from '#parquet/spanStream.ts'
import { lookUp, openTexts, textIn, type TextBytes } from '#parquet/textColumn.ts'
import { nullText, type PartitionSets } from './partitionSets.ts'

/** Keys or values of a map, one an entry: numbers of texts, null, or no item at all. */
interface Items {
  readonly codes: Int32Array
  /** Undefined when every entry begins a row. */
  readonly repetition: Uint8Array | undefined
}

const noItem = -2

/** The partition values of every row as the number of a set; the chunks are the keys and values of a map, where they are there. */
export async function readPartitions(
  stream: SpanStream,
  { keys, values }: { readonly keys: Chunk | undefined; readonly values: Chunk | undefined },
  rows: number,
  sets: PartitionSets,
): Promise<Int32Array> {
  const found = new Int32Array(rows)
  if (!keys) return found
  const names = await readItems(stream, keys, sets)
  const texts = values ? await readItems(stream, values, sets) : undefined
  if (texts && texts.codes.length !== names.codes.length) throw new Error('a map has more keys than values, or fewer')
  const { codes, repetition } = names
  let row = -1
  for (let i = 0; i < codes.length; i += 1) {
    if (!repetition || repetition[i] === 0) row += 1
    const column = codes[i] ?? noItem
    if (column === noItem) continue
    if (column === nullText) throw new Error('a partition column has no name')
    found[row] = sets.with(found[row] ?? 0, column, Math.max(texts?.codes[i] ?? nullText, nullText))
  }
  if (row !== rows - 1) throw new Error('a map has more or fewer rows than its row group')
  return found
}

async function readItems(stream: SpanStream, chunk: Chunk, sets: PartitionSets): Promise<Items> {
  const entries = Number(chunk.meta.num_values)
  const codes = new Int32Array(entries).fill(noItem)
  let repetition: Uint8Array | undefined
  let dictionary: Int32Array | undefined
  let at = 0
  for await (const page of readPages(stream, chunk)) {
    if (page.kind === 'dictionary') {
      dictionary = numbersOf(openTexts(page, chunk.leaf, undefined), sets)
      continue
    }
    codes.set(spreadItems(page, presentItems(page, chunk, dictionary, sets), chunk), at)
    if (page.repetition) {
      repetition ??= new Uint8Array(entries)
      repetition.set(page.repetition, at)
    }
    at += page.entries
  }
  return { codes, repetition }
}

function presentItems(
  page: Extract<Page, { kind: 'data' }>,
  { leaf }: Chunk,
  dictionary: Int32Array | undefined,
  sets: PartitionSets,
): Int32Array {
  const { encoding, values, present } = page
  if (dictionary && (encoding === 'RLE_DICTIONARY' || encoding === 'PLAIN_DICTIONARY')) return lookUp(values, present, dictionary)
  return numbersOf(openTexts({ ...page, entries: present, definition: undefined }, leaf, undefined), sets)
}

function numbersOf({ bytes, starts }: TextBytes, sets: PartitionSets): Int32Array {
  return starts.map(start => sets.text(textIn(bytes, start)))
}

function spreadItems({ definition }: Extract<Page, { kind: 'data' }>, present: Int32Array, { leaf }: Chunk): Int32Array {
  if (!definition) return present
  const { maxDefinition, element } = leaf
  const itemLevel = element.repetition_type === 'OPTIONAL' ? maxDefinition - 1 : maxDefinition
  const all = new Int32Array(definition.length)
  let next = 0
  for (let i = 0; i < all.length; i += 1) {
    const level = definition[i] ?? 0
    if (level === maxDefinition) all[i] = present[next++] ?? nullText
    else all[i] = level >= itemLevel ? nullText : noItem
  }
  return all
}
