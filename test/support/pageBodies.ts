import { parquetMetadata } from 'hyparquet'
import { parquetHeader } from 'hyparquet/src/column.js'

/** Bytes [start, end). */
export interface Extent {
  readonly start: number
  readonly end: number
}

/** Where the pages of a Parquet file lie that carry a checksum, without their headers. */
export function pageBodies(file: Uint8Array): readonly Extent[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const { row_groups: groups } = parquetMetadata(file.slice().buffer)
  return groups.flatMap(({ columns }) =>
    columns.flatMap(({ meta_data: meta }) => {
      if (!meta) return []
      const start = Number(meta.dictionary_page_offset ?? meta.data_page_offset)
      const end = start + Number(meta.total_compressed_size)
      const found: Extent[] = []
      for (const reader = { view, offset: start }; reader.offset < end;) {
        const { compressed_page_size: size, crc } = parquetHeader(reader)
        if (crc !== undefined) found.push({ start: reader.offset, end: reader.offset + size })
        reader.offset += size
      }
      return found
    }),
  )
}
