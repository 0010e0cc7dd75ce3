import { parquetHeader } from 'hyparquet/src/column.js'
import type { ColumnMetaData, CompressionCodec, PageHeader } from 'hyparquet'
import { decompress } from './codecs.ts'
import { crc32 } from './crc32.ts'
import { decodeHybrid, decodeValues, emptyValues } from './encodings.ts'
import { concatLeaves, type LeafData, type LeafValues } from './leaf.ts'
import type { ParquetLeaf } from './parquetTree.ts'

/**
 * The entries of the pages in `bytes`: a whole column chunk, or its dictionary page and some of its data pages.
 * @throws Error saying what is wrong with a page
 */
export function decodePages(bytes: Uint8Array, chunk: ColumnMetaData, leaf: ParquetLeaf): LeafData {
  const parts: LeafData[] = []
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 }
  let dictionary: LeafValues | undefined
  let entries = 0
  while (reader.offset < bytes.byteLength && entries < Number(chunk.num_values)) {
    const header = parquetHeader(reader)
    const end = reader.offset + header.compressed_page_size
    if (!(header.compressed_page_size >= 0) || end > bytes.byteLength) throw new Error('a page is longer than its column')
    checkSize(header, chunk, Number(chunk.num_values) - entries)
    const page = bytes.subarray(reader.offset, end)
    reader.offset = end
    if (header.crc !== undefined && crc32(page) !== header.crc >>> 0) throw new Error('the checksum of a page does not match')
    if (header.type === 'DICTIONARY_PAGE') {
      dictionary = decodeDictionaryPage(page, header, chunk.codec, leaf)
    } else if (header.type === 'DATA_PAGE' || header.type === 'DATA_PAGE_V2') {
      const part =
        header.type === 'DATA_PAGE' ? decodeV1(page, header, chunk, leaf, dictionary) : decodeV2(page, header, chunk, leaf, dictionary)
      entries += part.entries
      parts.push(part)
    }
  }
  if (parts.length > 0) return concatLeaves(parts, leaf.maxDefinition)
  return { entries: 0, definition: undefined, repetition: undefined, values: emptyValues(chunk.type) }
}

/** No page may ask for more memory than its column says it has. */
function checkSize(header: PageHeader, { total_uncompressed_size: total }: ColumnMetaData, entriesLeft: number): void {
  const values = (header.data_page_header ?? header.data_page_header_v2 ?? header.dictionary_page_header)?.num_values ?? 0
  const most = header.type === 'DICTIONARY_PAGE' ? header.uncompressed_page_size : entriesLeft
  if (values < 0 || values > most) throw new Error('a page has more values than its column')
  if (header.uncompressed_page_size > Math.max(Number(total), smallestBound)) throw new Error('a page is larger than its column')
}

/** Bytes; some writers count less than they write. */
const smallestBound = 64 * 1024 * 1024

function decodeDictionaryPage(page: Uint8Array, header: PageHeader, codec: CompressionCodec, leaf: ParquetLeaf): LeafValues {
  const count = header.dictionary_page_header?.num_values
  if (count === undefined) throw new Error('a dictionary page has no header')
  const bytes = decompress(page, header.uncompressed_page_size, codec)
  return decodeValues(bytes, count, { encoding: 'PLAIN', element: leaf.element, dictionary: undefined })
}

function decodeV1(
  page: Uint8Array,
  header: PageHeader,
  { codec }: ColumnMetaData,
  leaf: ParquetLeaf,
  dictionary: LeafValues | undefined,
): LeafData {
  const own = header.data_page_header
  if (!own) throw new Error('a data page has no header')
  const bytes = decompress(page, header.uncompressed_page_size, codec)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  const levels = (highest: number, encoding: string): Uint8Array | undefined => {
    if (highest === 0) return undefined
    if (encoding !== 'RLE') throw new Error(`levels in the encoding ${encoding}`)
    const size = view.getUint32(at, true)
    const decoded = decodeLevels(bytes.subarray(at + 4, at + 4 + size), highest, own.num_values)
    at += 4 + size
    return decoded
  }
  const repetition = levels(leaf.maxRepetition, own.repetition_level_encoding)
  const definition = levels(leaf.maxDefinition, own.definition_level_encoding)
  return withValues(bytes.subarray(at), own.num_values, { definition, repetition }, own.encoding, leaf, dictionary)
}

function decodeV2(
  page: Uint8Array,
  header: PageHeader,
  { codec }: ColumnMetaData,
  leaf: ParquetLeaf,
  dictionary: LeafValues | undefined,
): LeafData {
  const own = header.data_page_header_v2
  if (!own) throw new Error('a data page has no header')
  const { repetition_levels_byte_length: first, definition_levels_byte_length: second } = own
  const rest = page.subarray(first + second)
  const size = header.uncompressed_page_size - first - second
  const bytes = own.is_compressed === false ? rest : decompress(rest, size, codec)
  const repetition = leaf.maxRepetition === 0 ? undefined : decodeLevels(page.subarray(0, first), leaf.maxRepetition, own.num_values)
  const definition =
    leaf.maxDefinition === 0 ? undefined : decodeLevels(page.subarray(first, first + second), leaf.maxDefinition, own.num_values)
  return withValues(bytes, own.num_values, { definition, repetition }, own.encoding, leaf, dictionary)
}

function decodeLevels(bytes: Uint8Array, highest: number, count: number): Uint8Array {
  const levels = new Uint8Array(count)
  decodeHybrid(bytes, 0, 32 - Math.clz32(highest), levels)
  return levels
}

function withValues(
  bytes: Uint8Array,
  entries: number,
  levels: { readonly definition: Uint8Array | undefined; readonly repetition: Uint8Array | undefined },
  encoding: Parameters<typeof decodeValues>[2]['encoding'],
  leaf: ParquetLeaf,
  dictionary: LeafValues | undefined,
): LeafData {
  const { repetition } = levels
  let present = entries
  for (const level of levels.definition ?? []) {
    if (level > leaf.maxDefinition) throw new Error('a level is higher than its column allows')
    if (level !== leaf.maxDefinition) present -= 1
  }
  const definition = present === entries ? undefined : levels.definition
  return { entries, definition, repetition, values: decodeValues(bytes, present, { encoding, element: leaf.element, dictionary }) }
}
