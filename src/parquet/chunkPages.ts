import { parquetHeader } from 'hyparquet/src/column.js'
import type { ColumnMetaData, PageHeader } from 'hyparquet'
import { isProblem } from '#base/errors.ts'
import { damageOf } from './damage.ts'
import { chunkSpan } from './chunkPlan.ts'
import { chunkOf, type ParquetFile, type RowGroupAt } from './parquet.ts'
import { leavesBelow, nodeAt, type ParquetLeaf } from './parquetTree.ts'
import { thriftReader } from './thriftReader.ts'
import type { SpanStream } from './spanStream.ts'
import { openPage, type Page } from './pages.ts'

/** A column chunk of a row group. */
export interface Chunk {
  readonly leaf: ParquetLeaf
  readonly meta: ColumnMetaData
  /** Where its pages lie. */
  readonly start: number
  readonly end: number
}

/**
 * The chunk of a leaf below the element at a path; undefined when there is none, or when statistics say that all of it is null.
 * @throws Error when it cannot be true
 */
export function chunkAt({ root, source }: ParquetFile, group: RowGroupAt, path: readonly string[], which = 0): Chunk | undefined {
  const node = nodeAt(root, path)
  const leaf = node && leavesBelow(node)[which]
  if (!leaf) return undefined
  const { meta } = chunkOf(group, leaf)
  if (isAllNull(meta)) return undefined
  const [entries, most] = [Number(meta.num_values), mostEntriesByte * source.size]
  if (entries > most || group.rows > most) throw new Error(`column ${path.join('.')} has more values than its file can hold`)
  if (leaf.maxRepetition === 0 && entries !== group.rows) throw new Error(`column ${path.join('.')} has not as many values as rows`)
  const span = chunkSpan(meta)
  if (!(span.start >= 0 && span.start <= span.end && span.end <= source.size))
    throw new Error(`column ${path.join('.')} lies outside the file`)
  return { leaf, meta, ...span }
}

/** True when there is nothing in a chunk, as its statistics say. */
export function isAllNull({ num_values: values, statistics }: ColumnMetaData): boolean {
  return values === 0n || statistics?.null_count === values
}

/** A row of a checkpoint is a file: no codec makes that of less than a quarter of a byte. */
const mostEntriesByte = 4

/** Decodes a chunk; what goes wrong names the column. */
export async function inColumn<T>({ meta }: Chunk, decode: () => Promise<T>): Promise<T> {
  try {
    return await decode()
  } catch (error) {
    if (isProblem(error)) throw error
    throw new Error(`column ${meta.path_in_schema.join('.')}: ${damageOf(error)}`, { cause: error })
  }
}

/** The pages of a chunk one by one. @throws Error saying what is wrong with a page */
export async function* readPages(stream: SpanStream, chunk: Chunk): AsyncGenerator<Page, void> {
  const values = Number(chunk.meta.num_values)
  let entries = 0
  for (let at = chunk.start; at < chunk.end && entries < values;) {
    const { header, start, end } = await readHeader(stream, at, chunk.end)
    const page = openPage(header, await stream.read(start, end), { chunk: chunk.meta, leaf: chunk.leaf, entriesLeft: values - entries })
    at = end
    if (!page) continue
    if (page.kind === 'data') entries += page.entries
    yield page
  }
  if (entries !== values) throw new Error('it ends too early')
}

/** A page's header, and where its body lies. */
export interface HeaderAt {
  readonly header: PageHeader
  readonly start: number
  readonly end: number
}

/** The header at `at` of a chunk that ends at `last`. */
export async function readHeader(stream: SpanStream, at: number, last: number): Promise<HeaderAt> {
  for (let size = smallestHeader; ; size *= 16) {
    const bytes = await stream.read(at, Math.min(at + size, last))
    const reader = thriftReader(bytes)
    try {
      const header = parquetHeader(reader)
      const start = at + reader.offset
      const end = start + header.compressed_page_size
      if (!(header.compressed_page_size >= 0) || end > last) throw new Error('a page is longer than its column')
      return { header, start, end }
    } catch (error) {
      if (at + size >= last || size >= largestHeader) throw error
    }
  }
}

/** Bytes. Least and greatest value stand in a header, and a value may be long. */
const smallestHeader = 4 * 1024
const largestHeader = 1024 * 1024
