import { unreachable } from '#base/unreachable.ts'
import { parquetHeader } from 'hyparquet/src/column.js'
import type { ColumnMetaData, CompressionCodec, Encoding, PageHeader } from 'hyparquet'
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
    const page = openPage(header, bytes.subarray(reader.offset, end), { chunk, leaf, entriesLeft: Number(chunk.num_values) - entries })
    reader.offset = end
    if (page?.kind === 'dictionary') {
      dictionary = decodeValues(page.values, page.count, { encoding: 'PLAIN', element: leaf.element, dictionary: undefined })
    } else if (page) {
      const { definition, repetition } = page
      const values = decodeValues(page.values, page.present, { encoding: page.encoding, element: leaf.element, dictionary })
      parts.push({ entries: page.entries, definition, repetition, values })
      entries += page.entries
    }
  }
  if (parts.length > 0) return concatLeaves(parts, leaf.maxDefinition)
  return { entries: 0, definition: undefined, repetition: undefined, values: emptyValues(chunk.type) }
}

/** A page without compression and with its levels; its values are still encoded. */
export type Page =
  | { readonly kind: 'dictionary'; readonly count: number; readonly values: Uint8Array }
  | {
      readonly kind: 'data'
      readonly entries: number
      /** Entries that have a value. */
      readonly present: number
      /** Undefined when every entry has a value. */
      readonly definition: Uint8Array | undefined
      /** Undefined for a leaf that is not repeated. */
      readonly repetition: Uint8Array | undefined
      readonly encoding: Encoding
      readonly values: Uint8Array
    }

/** What a page is part of. */
export interface PageOf {
  readonly chunk: ColumnMetaData
  readonly leaf: ParquetLeaf
  /** Entries of the chunk that no page before had. */
  readonly entriesLeft: number
}

/** The page of `bytes`; undefined for a kind that holds neither values nor a dictionary. @throws Error saying what is wrong with it */
export function openPage(header: PageHeader, bytes: Uint8Array, of: PageOf): Page | undefined {
  checkSize(header, of.chunk, of.entriesLeft)
  if (header.crc !== undefined && crc32(bytes) !== header.crc >>> 0) throw new Error('the checksum of a page does not match')
  switch (header.type) {
    case 'DICTIONARY_PAGE':
      return openDictionary(header, bytes, of.chunk.codec)
    case 'DATA_PAGE':
      return openV1(header, bytes, of)
    case 'DATA_PAGE_V2':
      return openV2(header, bytes, of)
    case 'INDEX_PAGE':
      return undefined
    default:
      return unreachable(header.type)
  }
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

function openDictionary(header: PageHeader, bytes: Uint8Array, codec: CompressionCodec): Page {
  const count = header.dictionary_page_header?.num_values
  if (count === undefined) throw new Error('a dictionary page has no header')
  return { kind: 'dictionary', count, values: decompress(bytes, header.uncompressed_page_size, codec) }
}

function openV1(header: PageHeader, compressed: Uint8Array, { chunk, leaf }: PageOf): Page {
  const own = header.data_page_header
  if (!own) throw new Error('a data page has no header')
  const bytes = decompress(compressed, header.uncompressed_page_size, chunk.codec)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  const levels = (highest: number, encoding: string): Uint8Array | undefined => {
    if (highest === 0) return undefined
    if (encoding !== 'RLE') throw new Error(`levels in the encoding ${encoding}`)
    const size = view.getUint32(at, true)
    const found = bytes.subarray(at + 4, at + 4 + size)
    at += 4 + size
    return found
  }
  const repetition = levels(leaf.maxRepetition, own.repetition_level_encoding)
  const definition = levels(leaf.maxDefinition, own.definition_level_encoding)
  return dataPage(own, { repetition, definition, values: bytes.subarray(at) }, leaf)
}

function openV2(header: PageHeader, compressed: Uint8Array, { chunk, leaf }: PageOf): Page {
  const own = header.data_page_header_v2
  if (!own) throw new Error('a data page has no header')
  const { repetition_levels_byte_length: first, definition_levels_byte_length: second } = own
  const rest = compressed.subarray(first + second)
  const values = own.is_compressed === false ? rest : decompress(rest, header.uncompressed_page_size - first - second, chunk.codec)
  const repetition = leaf.maxRepetition === 0 ? undefined : compressed.subarray(0, first)
  const definition = leaf.maxDefinition === 0 ? undefined : compressed.subarray(first, first + second)
  return dataPage(own, { repetition, definition, values }, leaf)
}

/** The parts of a page, levels still encoded. */
interface PageParts {
  readonly repetition: Uint8Array | undefined
  readonly definition: Uint8Array | undefined
  readonly values: Uint8Array
}

function dataPage(
  { num_values: entries, encoding }: { readonly num_values: number; readonly encoding: Encoding },
  { repetition, definition, values }: PageParts,
  { maxRepetition, maxDefinition }: ParquetLeaf,
): Page {
  const levels = definition && decodeLevels(definition, maxDefinition, entries)
  let present = entries
  if (levels) {
    for (let i = 0; i < entries; i += 1) {
      const level = levels[i] ?? 0
      if (level > maxDefinition) throw new Error('a level is higher than its column allows')
      if (level !== maxDefinition) present -= 1
    }
  }
  return {
    kind: 'data',
    entries,
    present,
    definition: present === entries ? undefined : levels,
    repetition: repetition && decodeLevels(repetition, maxRepetition, entries),
    encoding,
    values,
  }
}

function decodeLevels(bytes: Uint8Array, highest: number, count: number): Uint8Array {
  const levels = new Uint8Array(count)
  decodeHybrid(bytes, 0, 32 - Math.clz32(highest), levels)
  return levels
}
