import type { ProgressCount } from '#base/progress.ts'
import { chunkAt, inColumn, readPages, type Chunk } from '#parquet/chunkPages.ts'
import { openNumbers } from '#parquet/numberColumn.ts'
import { whole, type ParquetFile, type RowGroupAt } from '#parquet/parquet.ts'
import { SpanStream, wholeColumns } from '#parquet/spanStream.ts'
import { openTexts, TextColumn, type TextBytes } from '#parquet/textColumn.ts'
import { readPartitions } from './partitionColumn.ts'
import type { PartitionSets } from './partitionSets.ts'

/** The files in one row group of a checkpoint as columns by row. */
export interface FileColumns {
  readonly file: ParquetFile
  readonly group: RowGroupAt
  readonly path: TextColumn
  readonly size: Float64Array
  /** Numbers of sets. */
  readonly partitions: Int32Array
  /** Undefined when no file has one. */
  readonly vectors: VectorColumns | undefined
}

/** Deletion vectors; where there is no storage type there is none. */
export interface VectorColumns {
  readonly storageType: TextColumn
  readonly pathOrInlineDv: TextColumn
  readonly offset: Float64Array
  readonly sizeInBytes: Float64Array
  readonly cardinality: Float64Array
}

/** What the parts of one checkpoint have in common. */
export interface SharedColumns {
  readonly sets: PartitionSets
  /** Counts rows. */
  readonly progress: ProgressCount
}

/** The files of every row group that has some; statistics stay behind. @throws LakehouseError `corrupt` */
export async function readFileColumns(
  file: ParquetFile,
  { sets, progress }: SharedColumns,
  signal: AbortSignal,
): Promise<readonly FileColumns[]> {
  return await whole(file.source, signal, async () => {
    const groups = file.groups.map(group => ({ group, chunks: chunksOf(file, group) }))
    const spans = groups.flatMap(({ chunks }) => Object.values(chunks)).filter(chunk => chunk !== undefined)
    const stream = new SpanStream(file.source, spans, wholeColumns, signal)
    const columns: FileColumns[] = []
    for (const { group, chunks } of groups) {
      if (!chunks.path) continue
      signal.throwIfAborted()
      const { rows } = group
      const path = await readTexts(stream, chunks.path, rows)
      const partitions = await readPartitions(stream, chunks, rows, sets)
      const size = await readNumbers(stream, chunks.size, rows)
      progress.add(rows)
      columns.push({ file, group, path, partitions, size, vectors: await readVectors(stream, chunks, rows) })
    }
    return columns
  })
}

type FileChunks = ReturnType<typeof chunksOf>

function chunksOf(file: ParquetFile, group: RowGroupAt) {
  const at = (path: readonly string[], which = 0): Chunk | undefined => chunkAt(file, group, ['add', ...path], which)
  const path = at(['path'])
  return {
    path,
    keys: path && at(['partitionValues'], 0),
    values: path && at(['partitionValues'], 1),
    size: path && at(['size']),
    storageType: path && at(['deletionVector', 'storageType']),
    pathOrInlineDv: path && at(['deletionVector', 'pathOrInlineDv']),
    offset: path && at(['deletionVector', 'offset']),
    sizeInBytes: path && at(['deletionVector', 'sizeInBytes']),
    cardinality: path && at(['deletionVector', 'cardinality']),
  }
}

async function readVectors(stream: SpanStream, chunks: FileChunks, rows: number): Promise<VectorColumns | undefined> {
  if (!chunks.storageType) return undefined
  return {
    storageType: await readTexts(stream, chunks.storageType, rows),
    pathOrInlineDv: await readTexts(stream, chunks.pathOrInlineDv, rows),
    offset: await readNumbers(stream, chunks.offset, rows),
    sizeInBytes: await readNumbers(stream, chunks.sizeInBytes, rows),
    cardinality: await readNumbers(stream, chunks.cardinality, rows),
  }
}

async function readTexts(stream: SpanStream, chunk: Chunk | undefined, rows: number): Promise<TextColumn> {
  const parts: TextBytes[] = []
  if (!chunk) return new TextColumn(parts, rows)
  return await inColumn(chunk, async () => {
    let dictionary: TextBytes | undefined
    for await (const page of readPages(stream, chunk)) {
      const texts = openTexts(page, chunk.leaf, dictionary)
      if (page.kind === 'dictionary') dictionary = texts
      else parts.push(texts)
    }
    return new TextColumn(parts, rows)
  })
}

/** NaN for null. */
export async function readNumbers(stream: SpanStream, chunk: Chunk | undefined, rows: number): Promise<Float64Array> {
  const numbers = new Float64Array(rows).fill(Number.NaN)
  if (!chunk) return numbers
  return await inColumn(chunk, async () => {
    let dictionary: Float64Array | undefined
    let row = 0
    for await (const page of readPages(stream, chunk)) {
      const part = openNumbers(page, chunk.leaf, dictionary)
      if (page.kind === 'dictionary') dictionary = part
      else {
        numbers.set(part, row)
        row += part.length
      }
    }
    return numbers
  })
}
