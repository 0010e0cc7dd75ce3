import { limit } from '#base/limit.ts'
import { recordsIn } from '#delta/actions.ts'
import { chunkAt, inColumn, readPages, type Chunk } from '#parquet/chunkPages.ts'
import type { Page } from '#parquet/pages.ts'
import { whole, type ParquetFile } from '#parquet/parquet.ts'
import { SpanStream, wholeColumns } from '#parquet/spanStream.ts'
import { lengthIn, lookUp, openTexts, textIn, type TextBytes } from '#parquet/textColumn.ts'
import { readNumbers, type FileColumns } from './fileColumns.ts'

const filesAtOnce = 4

/** Rows as statistics count them, by group and row; NaN where they do not. @throws LakehouseError `corrupt` */
export async function readRecords(groups: readonly FileColumns[], signal: AbortSignal): Promise<readonly Float64Array[]> {
  const atOnce = limit(filesAtOnce)
  const files = new Set(groups.map(({ file }) => file))
  const ofFile = (file: ParquetFile): readonly FileColumns[] => groups.filter(group => group.file === file)
  const read = await Promise.all(Array.from(files, file => atOnce(() => readFileRecords(ofFile(file), signal))))
  const found = new Map(read.flat())
  return groups.map(group => found.get(group) ?? new Float64Array(0))
}

/** The groups are of one file. */
async function readFileRecords(
  groups: readonly FileColumns[],
  signal: AbortSignal,
): Promise<readonly (readonly [FileColumns, Float64Array])[]> {
  const [first] = groups
  if (!first) return []
  const { source } = first.file
  return await whole(source, signal, async () => {
    const chunks = groups.map(({ file, group }) => ({
      stats: chunkAt(file, group, ['add', 'stats']),
      parsed: chunkAt(file, group, ['add', 'stats_parsed', 'numRecords']),
    }))
    const spans = chunks.flatMap(({ stats, parsed }) => [stats, parsed]).filter(chunk => chunk !== undefined)
    const stream = new SpanStream(source, spans, wholeColumns, signal)
    const found: (readonly [FileColumns, Float64Array])[] = []
    for (const [i, group] of groups.entries()) {
      signal.throwIfAborted()
      const records = await readNumbers(stream, chunks[i]?.parsed, group.group.rows)
      const stats = chunks[i]?.stats
      if (stats) await inColumn(stats, () => readCounts(stream, stats, records))
      found.push([group, records])
    }
    return found
  })
}

/** Overwrites the count of every row that has statistics as text. */
async function readCounts(stream: SpanStream, chunk: Chunk, records: Float64Array): Promise<void> {
  let dictionary: TextBytes | undefined
  let counts: Float64Array | undefined
  let row = 0
  for await (const page of readPages(stream, chunk)) {
    if (page.kind === 'dictionary') {
      dictionary = openTexts(page, chunk.leaf, undefined)
      counts = undefined
      continue
    }
    const isCoded = page.encoding === 'RLE_DICTIONARY' || page.encoding === 'PLAIN_DICTIONARY'
    if (isCoded && dictionary) counts ??= countsOf(dictionary)
    const found = isCoded && counts ? lookUp(page.values, page.present, counts) : countsOf(presentTexts(page, chunk, dictionary))
    row = place(found, page, chunk.leaf.maxDefinition, records, row)
  }
}

function presentTexts(page: Extract<Page, { kind: 'data' }>, { leaf }: Chunk, dictionary: TextBytes | undefined): TextBytes {
  return openTexts({ ...page, entries: page.present, definition: undefined }, leaf, dictionary)
}

function place(
  counts: Float64Array,
  { definition, entries }: Extract<Page, { kind: 'data' }>,
  level: number,
  records: Float64Array,
  row: number,
): number {
  if (!definition) records.set(counts, row)
  else {
    let next = 0
    for (let i = 0; i < entries; i += 1) if (definition[i] === level) records[row + i] = counts[next++] ?? Number.NaN
  }
  return row + entries
}

function countsOf({ bytes, starts }: TextBytes): Float64Array {
  const counts = new Float64Array(starts.length)
  for (let i = 0; i < counts.length; i += 1) {
    const start = starts[i] ?? 0
    const count = leadingCount(bytes, start, start + lengthIn(bytes, start))
    counts[i] = count < 0 ? (recordsIn(textIn(bytes, start)) ?? Number.NaN) : count
  }
  return counts
}

const lead = new TextEncoder().encode('{"numRecords":')

/** The count where it comes first in the JSON, as every writer has it; -1 leaves it to a parser. */
function leadingCount(json: Uint8Array, start: number, end: number): number {
  for (let i = 0; i < lead.length; i += 1) if (json[start + i] !== lead[i]) return -1
  let count = 0
  const first = start + lead.length
  for (let at = first; at < end && at <= first + 15; at += 1) {
    const digit = (json[at] ?? 0) - 48
    if (digit < 0 || digit > 9) {
      const isWhole = at > first && (json[at] === 0x2c || json[at] === 0x7d)
      return isWhole ? count : -1
    }
    count = count * 10 + digit
  }
  return -1
}
