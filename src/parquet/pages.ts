import type { ColumnMetaData, Encoding, PageHeader } from 'hyparquet'
import { decompress } from './codecs.ts'
import { crc32 } from './crc32.ts'
import { decodeHybrid } from './encodings.ts'
import { countAt } from './leaf.ts'
import type { ParquetLeaf } from './parquetTree.ts'

/** A page whose values are not decoded yet; `values` are the bytes of the first one and those behind it. */
export type Page =
  | { readonly kind: 'dictionary'; readonly count: number; readonly values: Uint8Array }
  | {
      readonly kind: 'data'
      readonly entries: number
      /** Undefined when every entry has a value. */
      readonly definition: Uint8Array | undefined
      /** Undefined when every entry begins a row. */
      readonly repetition: Uint8Array | undefined
      readonly encoding: Encoding
      /** How many entries have a value. */
      readonly present: number
      readonly values: Uint8Array
    }

/** The page with this header and body; undefined for one of a kind that does not matter. @throws Error saying what is wrong with it */
export function openPage(
  header: PageHeader,
  body: Uint8Array,
  { chunk, leaf, entriesLeft }: { readonly chunk: ColumnMetaData; readonly leaf: ParquetLeaf; readonly entriesLeft: number },
): Page | undefined {
  checkPage(header, body, chunk, entriesLeft)
  const { data_page_header: first, data_page_header_v2: second, dictionary_page_header: dictionary, uncompressed_page_size: size } = header
  if (header.type === 'DICTIONARY_PAGE') {
    if (!dictionary) throw new Error('a dictionary page has no header')
    return { kind: 'dictionary', count: dictionary.num_values, values: decompress(body, size, chunk.codec) }
  }
  if (header.type === 'DATA_PAGE' && first) {
    const levels = splitLevels(decompress(body, size, chunk.codec), first, leaf, first.num_values)
    return dataPage(levels, first, leaf)
  }
  if (header.type === 'DATA_PAGE_V2' && second) {
    const levels = separateLevels(body, second, leaf, second.num_values)
    const codec = second.is_compressed === false ? 'UNCOMPRESSED' : chunk.codec
    const values = decompress(levels.values, size - body.byteLength + levels.values.byteLength, codec)
    return dataPage({ ...levels, values }, second, leaf)
  }
  return undefined
}

function dataPage(
  { definition, repetition, values }: Levels,
  { num_values: entries, encoding }: { readonly num_values: number; readonly encoding: Encoding },
  leaf: ParquetLeaf,
): Page {
  const present = definition ? countAt(definition, leaf.maxDefinition) : entries
  return { kind: 'data', entries, definition: present === entries ? undefined : definition, repetition, encoding, present, values }
}

/** No page may ask for more memory than its column says it has. @throws Error also when its checksum does not match */
export function checkPage(
  header: PageHeader,
  body: Uint8Array,
  { total_uncompressed_size: total }: ColumnMetaData,
  entriesLeft: number,
): void {
  const values = (header.data_page_header ?? header.data_page_header_v2 ?? header.dictionary_page_header)?.num_values ?? 0
  const most = header.type === 'DICTIONARY_PAGE' ? header.uncompressed_page_size : entriesLeft
  if (values < 0 || values > most) throw new Error('a page has more values than its column')
  if (values > mostValues) throw new Error(`a page has ${values} values, more than any writer makes`)
  if (header.uncompressed_page_size > Math.max(Number(total), smallestBound)) throw new Error('a page is larger than its column')
  if (header.crc !== undefined && crc32(body) !== header.crc >>> 0) throw new Error('the checksum of a page does not match')
}

/** A run of a few bytes may claim as many levels as it likes. */
const mostValues = 2 ** 28

/** Bytes; some writers count less than they write. */
const smallestBound = 64 * 1024 * 1024

/** Levels of the first entries of a page, and the bytes behind all of them. */
export interface Levels {
  readonly definition: Uint8Array | undefined
  readonly repetition: Uint8Array | undefined
  readonly values: Uint8Array
}

/** Levels that stand before the values, each behind its length. */
export function splitLevels(
  bytes: Uint8Array,
  header: NonNullable<PageHeader['data_page_header']>,
  leaf: ParquetLeaf,
  count: number,
): Levels {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  const levels = (highest: number, encoding: string): Uint8Array | undefined => {
    if (highest === 0) return undefined
    if (encoding !== 'RLE') throw new Error(`levels in the encoding ${encoding || 'without a name'}`)
    const length = view.getUint32(at, true)
    const own = bytes.subarray(at + 4, at + 4 + length)
    at += 4 + length
    return own
  }
  const repetition = levels(leaf.maxRepetition, header.repetition_level_encoding)
  const definition = levels(leaf.maxDefinition, header.definition_level_encoding)
  return { ...decodeBoth(repetition, definition, leaf, count), values: bytes.subarray(at) }
}

/** Levels that are not compressed, of lengths that the header tells. */
export function separateLevels(
  body: Uint8Array,
  header: NonNullable<PageHeader['data_page_header_v2']>,
  leaf: ParquetLeaf,
  count: number,
): Levels {
  const { repetition_levels_byte_length: first, definition_levels_byte_length: second } = header
  const repetition = leaf.maxRepetition === 0 ? undefined : body.subarray(0, first)
  const definition = leaf.maxDefinition === 0 ? undefined : body.subarray(first, first + second)
  return { ...decodeBoth(repetition, definition, leaf, count), values: body.subarray(first + second) }
}

function decodeBoth(
  repetition: Uint8Array | undefined,
  definition: Uint8Array | undefined,
  { maxRepetition, maxDefinition }: ParquetLeaf,
  count: number,
): Omit<Levels, 'values'> {
  const isFull = definition === undefined || isOneRun(definition, maxDefinition, count)
  return {
    repetition: repetition && decodeLevels(repetition, maxRepetition, count),
    definition: isFull ? undefined : decodeLevels(definition, maxDefinition, count),
  }
}

/** True when the bytes are one run that gives all entries this level. */
function isOneRun(bytes: Uint8Array, level: number, count: number): boolean {
  let header = 0
  let at = 0
  for (let shift = 0; shift <= 28; shift += 7) {
    const byte = bytes[at++] ?? 0
    header += (byte & 0x7f) * 2 ** shift
    if (byte < 0x80) break
  }
  return level < 256 && header % 2 === 0 && header / 2 >= count && bytes[at] === level
}

function decodeLevels(bytes: Uint8Array, highest: number, count: number): Uint8Array {
  const levels = new Uint8Array(count)
  decodeHybrid(bytes, 0, 32 - Math.clz32(highest), levels)
  for (let i = 0; i < count; i += 1) if ((levels[i] ?? 0) > highest) throw new Error('a level is higher than its column allows')
  return levels
}
