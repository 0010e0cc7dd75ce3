import { readOffsetIndex } from 'hyparquet/src/indexes.js'
import { chunkAt, inColumn, readHeader, type Chunk } from '#parquet/chunkPages.ts'
import { openPage } from '#parquet/pages.ts'
import { chunkOf, whole, type ParquetFile, type RowGroupAt } from '#parquet/parquet.ts'
import { SpanStream, wholeColumns, type ReadAhead, type Span } from '#parquet/spanStream.ts'
import { openTexts, textIn, type TextBytes } from '#parquet/textColumn.ts'
import { thriftReader } from '#parquet/thriftReader.ts'
import { readNumbers, type FileColumns } from './fileColumns.ts'

/** What a checkpoint says of one file. */
export interface StoredStatistics {
  /** JSON text. */
  readonly stats: string | undefined
  /** `stats_parsed.numRecords`. */
  readonly records: number | undefined
}

/** Rows [firstRow, firstRow + rows), header and body at [start, end). */
interface PageSpan extends Span {
  readonly firstRow: number
  readonly rows: number
}

const walk: ReadAhead = { window: 1024 * 1024, ahead: 1 }

/** The statistics in one row group, which are read page by page when somebody asks for some of them. */
export class StatisticsTexts {
  readonly #file: ParquetFile
  readonly #group: RowGroupAt
  #records: Float64Array | undefined
  #pages: PageSpan[] = []
  #walked = 0
  #dictionaryAt: number | undefined
  #dictionary: TextBytes | undefined
  #last: { readonly page: PageSpan; readonly texts: TextBytes } | undefined
  #turn: Promise<unknown> = Promise.resolve()

  constructor({ file, group }: Pick<FileColumns, 'file' | 'group'>) {
    this.#file = file
    this.#group = group
  }

  /** Those of some ascending rows; whoever asks meanwhile waits. @throws LakehouseError `corrupt` */
  async at(rows: Int32Array, signal: AbortSignal): Promise<readonly StoredStatistics[]> {
    const mine = this.#turn.then(() => this.#read(rows, signal))
    this.#turn = mine.catch(() => {})
    return await mine
  }

  async #read(rows: Int32Array, signal: AbortSignal): Promise<readonly StoredStatistics[]> {
    signal.throwIfAborted()
    return await whole(this.#file.source, signal, async () => {
      const chunk = chunkAt(this.#file, this.#group, ['add', 'stats'])
      const texts = chunk ? await inColumn(chunk, () => this.#texts(chunk, rows, signal)) : []
      const parsed = await this.#parsed(signal)
      return Array.from(rows, (row, i) => {
        const records = parsed?.[row] ?? Number.NaN
        const stats = texts[i]
        return { stats, records: stats !== undefined || Number.isNaN(records) ? undefined : records }
      })
    })
  }

  async #parsed(signal: AbortSignal): Promise<Float64Array | undefined> {
    const chunk = chunkAt(this.#file, this.#group, ['add', 'stats_parsed', 'numRecords'])
    if (!chunk || this.#records) return this.#records
    this.#records = await readNumbers(new SpanStream(this.#file.source, [chunk], wholeColumns, signal), chunk, this.#group.rows)
    return this.#records
  }

  async #texts(chunk: Chunk, rows: Int32Array, signal: AbortSignal): Promise<readonly (string | undefined)[]> {
    const last = rows.at(-1)
    if (last === undefined) return []
    await this.#locate(chunk, last, signal)
    const wanted = pagesOf(this.#pages, rows)
    const spans: Span[] = wanted.map(({ page }) => page)
    if (this.#dictionaryAt !== undefined && !this.#dictionary) {
      spans.unshift({ start: this.#dictionaryAt, end: this.#pages[0]?.start ?? 0 })
    }
    const stream = new SpanStream(this.#file.source, spans, walk, signal)
    const found: (string | undefined)[] = []
    for (const { page, first, end } of wanted) {
      const { bytes, starts } = await this.#open(stream, chunk, page)
      for (let i = first; i < end; i += 1) {
        const start = starts[(rows[i] ?? 0) - page.firstRow] ?? -1
        found.push(start < 0 ? undefined : textIn(bytes, start))
      }
    }
    return found
  }

  async #open(stream: SpanStream, chunk: Chunk, page: PageSpan): Promise<TextBytes> {
    if (this.#last?.page === page) return this.#last.texts
    if (this.#dictionaryAt !== undefined) {
      this.#dictionary ??= await openAt(stream, chunk, { start: this.#dictionaryAt, rows: 0 }, undefined)
    }
    const texts = await openAt(stream, chunk, page, this.#dictionary)
    if (texts.starts.length !== page.rows) throw new Error('a page has more or fewer rows than its index says')
    this.#last = { page, texts }
    return texts
  }

  /** Finds the pages up to that of a row: by the offset index, or from header to header. */
  async #locate(chunk: Chunk, row: number, signal: AbortSignal): Promise<void> {
    const { source } = this.#file
    if (this.#pages.length === 0) await this.#useIndex(chunk, signal)
    if (this.#walked === 0) this.#walked = this.#pages.at(-1)?.end ?? chunk.start
    const stream = new SpanStream(source, [{ start: this.#walked, end: chunk.end }], walk, signal)
    for (let next = endOf(this.#pages.at(-1)); next <= row; next = endOf(this.#pages.at(-1))) {
      const start = this.#walked
      if (start >= chunk.end) throw new Error('it ends too early')
      const { header, end } = await readHeader(stream, start, chunk.end)
      this.#walked = end
      if (header.type === 'DICTIONARY_PAGE') this.#dictionaryAt = start
      const rows = (header.data_page_header ?? header.data_page_header_v2)?.num_values ?? 0
      if (rows > 0) this.#pages.push({ firstRow: next, rows, start, end })
    }
  }

  async #useIndex(chunk: Chunk, signal: AbortSignal): Promise<void> {
    const { offset_index_offset: offset, offset_index_length: length } = chunkOf(this.#group, chunk.leaf).chunk
    if (!offset || !length) return
    const bytes = await this.#file.source.read(Number(offset), Number(offset) + length, signal)
    const { page_locations: at } = readOffsetIndex(thriftReader(bytes))
    const first = Number(at[0]?.offset ?? chunk.start)
    const pages = at.map((page, i) => {
      const firstRow = Number(page.first_row_index)
      const start = Number(page.offset)
      return {
        firstRow,
        rows: Number(at[i + 1]?.first_row_index ?? this.#group.rows) - firstRow,
        start,
        end: start + page.compressed_page_size,
      }
    })
    if (!areInOrder(pages, chunk)) throw new Error('its index of pages is in disorder')
    this.#dictionaryAt = first > chunk.start ? chunk.start : undefined
    this.#pages = pages
  }
}

/** One after another, without a gap between rows, inside their chunk. */
function areInOrder(pages: readonly PageSpan[], chunk: Chunk): boolean {
  return pages.every(
    (page, i) => page.firstRow === endOf(pages[i - 1]) && page.start >= (pages[i - 1]?.end ?? chunk.start) && page.end <= chunk.end,
  )
}

/** The pages that hold some of the ascending rows, and which of the rows: those at [first, end). */
function pagesOf(pages: readonly PageSpan[], rows: Int32Array) {
  const found: { readonly page: PageSpan; readonly first: number; readonly end: number }[] = []
  let first = 0
  for (const page of pages) {
    let end = first
    while (end < rows.length && (rows[end] ?? 0) < endOf(page)) end += 1
    if (end > first) found.push({ page, first, end })
    first = end
  }
  return found
}

function endOf(page: PageSpan | undefined): number {
  return page ? page.firstRow + page.rows : 0
}

async function openAt(
  stream: SpanStream,
  chunk: Chunk,
  { start: at, rows }: Pick<PageSpan, 'start' | 'rows'>,
  dictionary: TextBytes | undefined,
): Promise<TextBytes> {
  const { header, start, end } = await readHeader(stream, at, chunk.end)
  const page = openPage(header, await stream.read(start, end), { chunk: chunk.meta, leaf: chunk.leaf, entriesLeft: rows })
  if (!page) throw new Error('a page is not where its index says')
  return openTexts(page, chunk.leaf, dictionary)
}
