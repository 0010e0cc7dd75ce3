import { decodeValues } from './encodings.ts'
import { ByteColumn, type LeafValues } from './leaf.ts'
import type { Page } from './pages.ts'
import type { ParquetLeaf } from './parquetTree.ts'
import { lookUp } from './textColumn.ts'

/** Numbers of a page, one an entry and NaN for null; a page of a dictionary gives those of the dictionary. Beyond 2^53 they are rounded, as in JSON. */
export function openNumbers(page: Page, leaf: ParquetLeaf, dictionary: Float64Array | undefined): Float64Array {
  if (page.kind === 'dictionary') return plainNumbers(page.values, page.count, leaf)
  const present = presentNumbers(page, leaf, dictionary)
  const { definition } = page
  if (!definition) return present
  const all = new Float64Array(page.entries).fill(Number.NaN)
  let next = 0
  for (let i = 0; i < page.entries; i += 1) if (definition[i] === leaf.maxDefinition) all[i] = present[next++] ?? Number.NaN
  return all
}

function presentNumbers(page: Extract<Page, { kind: 'data' }>, leaf: ParquetLeaf, dictionary: Float64Array | undefined): Float64Array {
  const { encoding, present, values } = page
  if (encoding !== 'RLE_DICTIONARY' && encoding !== 'PLAIN_DICTIONARY') return plainNumbers(values, present, leaf, encoding)
  if (present > 0 && !dictionary) throw new Error('a page refers to a dictionary that is not there')
  return lookUp(values, present, dictionary ?? new Float64Array(0))
}

function plainNumbers(
  bytes: Uint8Array,
  count: number,
  { element }: ParquetLeaf,
  encoding: Parameters<typeof decodeValues>[2]['encoding'] = 'PLAIN',
): Float64Array {
  return asFloats(decodeValues(bytes, { start: 0, end: count }, { encoding, element, dictionary: undefined }))
}

function asFloats(values: LeafValues): Float64Array {
  if (values instanceof ByteColumn) throw new Error('it holds no numbers')
  if (!(values instanceof BigInt64Array)) return values instanceof Float64Array ? values : Float64Array.from(values)
  const halves = new Int32Array(values.buffer, values.byteOffset, values.length * 2)
  const floats = new Float64Array(values.length)
  for (let i = 0; i < floats.length; i += 1) floats[i] = (halves[2 * i + 1] ?? 0) * 2 ** 32 + ((halves[2 * i] ?? 0) >>> 0)
  return floats
}
