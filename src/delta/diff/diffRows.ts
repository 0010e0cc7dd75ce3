import type { Data } from 'apache-arrow'
import { LakehouseError } from '#base/errors.ts'
import { limit } from '#base/limit.ts'
import { ProgressCount } from '#base/progress.ts'
import { liveRecordsOf } from '#delta/actions.ts'
import { whileReading, type DeltaTable } from '#delta/table.ts'
import { tailBytes } from '#parquet/rangeFile.ts'
import type { Comparison } from './diffColumns.ts'
import { hashRows } from './diffHash.ts'
import { bytesToRead, openSource, readSource, type RowSource } from './diffSources.ts'
import { countedPlaces, RowTally, type TallyResult } from './diffTally.ts'

/** What rows are compared with. */
export interface RowComparison {
  readonly table: DeltaTable
  readonly versions: { readonly from: number; readonly to: number }
  readonly columns: Comparison
  /** Indexes of the key's columns among the common ones; none without a key. */
  readonly keys: readonly number[]
  readonly mostBytes: number
  /** Rows of each kind whose places are wanted. */
  readonly sample: number
}

/** The differences, or how much would have to be read for them. */
export type RowsAnswer = { readonly kind: 'compared'; readonly result: TallyResult } | { readonly kind: 'tooLarge'; readonly bytes: number }

/** A place is the number of the source times this, plus the number of the row in it. */
export const rowsPerSource = 2 ** 32

/**
 * The rows of the sources against each other. Where all are of one side nothing can cancel, and they are only counted.
 * @throws LakehouseError naming the file
 */
export async function compareRows(comparison: RowComparison, sources: readonly RowSource[], signal: AbortSignal): Promise<RowsAnswer> {
  const sides = new Set(sources.map(source => (source.kind === 'rows' ? source.side : 'both')))
  const isOneSided = sides.size < 2 && !sides.has('both')
  const bytes = await bytesNeeded(comparison, sources, isOneSided, signal)
  if (bytes > comparison.mostBytes) return { kind: 'tooLarge', bytes }
  if (isOneSided) return { kind: 'compared', result: await countRows(comparison, sources, signal) }
  return await matchRows(comparison, sources, bytes, signal)
}

const filesAtOnce = 4
/** Different rows held at once: some 400 MB with a key. */
const mostRows = 8_000_000

class TooManyRows extends Error {}

/** Of sources that hold only a part of a file's rows the footer says how much must be read. */
async function bytesNeeded(
  { table, versions, mostBytes }: RowComparison,
  sources: readonly RowSource[],
  isOneSided: boolean,
  signal: AbortSignal,
): Promise<number> {
  let bytes = 0
  for (const source of sources) bytes += leastBytes(source, isOneSided)
  const partial = isOneSided || bytes > mostBytes ? [] : sources.filter(source => source.kind === 'rows' && source.except)
  const atOnce = limit(filesAtOnce)
  await Promise.all(
    partial.map(source =>
      atOnce(async () => {
        signal.throwIfAborted()
        if (bytes <= mostBytes)
          bytes += await inSource(table, versions, source, async () => bytesToRead(await openSource(table, source, signal)))
      }),
    ),
  )
  return bytes
}

/** What must be read in any case: the whole file, its end, or nothing where statistics count its rows. */
function leastBytes(source: RowSource, isOneSided: boolean): number {
  const { add } = source
  const isPartial = source.kind === 'rows' && source.except !== undefined
  if (isPartial) return Math.min(add.size, tailBytes)
  if (!isOneSided) return add.size
  return liveRecordsOf(add) === undefined ? Math.min(add.size, tailBytes) : 0
}

/** By statistics, unless those of the files that are opened for the sample miscount. */
async function countRows(comparison: RowComparison, sources: readonly RowSource[], signal: AbortSignal): Promise<TallyResult> {
  const { table, sample } = comparison
  const believed = sources.map(source => (source.kind === 'rows' && source.except ? undefined : liveRecordsOf(source.add)))
  let isMisled = false
  let shown = 0
  for (const [number, source] of sources.entries()) {
    if (shown >= sample || isMisled) break
    const count = await countSource(comparison, source, signal)
    isMisled = believed[number] !== undefined && believed[number] !== count
    shown += count
  }
  const progress = new ProgressCount(table.report, { stage: 'rows', total: sources.length, unit: 'files' })
  const atOnce = limit(filesAtOnce)
  const counts = await Promise.all(
    sources.map((source, number) =>
      atOnce(async () => {
        const count = (isMisled ? undefined : believed[number]) ?? (await countSource(comparison, source, signal))
        progress.add(1)
        return count
      }),
    ),
  )
  const isAdded = sources.some(source => source.kind === 'rows' && source.side === 'to')
  return countedPlaces(counts, isAdded ? 'added' : 'removed', sample, rowsPerSource)
}

async function countSource({ table, versions }: RowComparison, source: RowSource, signal: AbortSignal): Promise<number> {
  signal.throwIfAborted()
  return (await inSource(table, versions, source, () => openSource(table, source, signal))).count
}

async function matchRows(comparison: RowComparison, sources: readonly RowSource[], bytes: number, outer: AbortSignal): Promise<RowsAnswer> {
  const { table, versions, keys, sample } = comparison
  const tally = new RowTally()
  const progress = new ProgressCount(table.report, { stage: 'rows', total: sources.length, unit: 'files' })
  const ending = new AbortController()
  const signal = AbortSignal.any([outer, ending.signal])
  const atOnce = limit(filesAtOnce)
  try {
    await Promise.all(
      sources.map((source, number) =>
        atOnce(async () => {
          await inSource(table, versions, source, () => tallySource(comparison, source, { tally, number }, signal))
          progress.add(1)
        }),
      ),
    )
  } catch (error) {
    if (error instanceof TooManyRows) return { kind: 'tooLarge', bytes }
    throw error
  } finally {
    ending.abort()
  }
  return { kind: 'compared', result: keys.length > 0 ? tally.resultByKey(sample) : tally.result(sample) }
}

async function tallySource(
  { table, columns, keys }: RowComparison,
  source: RowSource,
  { tally, number }: { readonly tally: RowTally; readonly number: number },
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted()
  const open = await openSource(table, source, signal)
  const wanted = columns[source.kind === 'changes' ? 'to' : source.side]
  for await (const { columns: values, types, rows, first } of readSource(open, wanted, signal)) {
    const lanes = hashRows(values, rows)
    const keyColumns = keys.flatMap(index => values[index] ?? [])
    const batch = { lanes, keys: keys.length > 0 ? hashRows(keyColumns, rows) : undefined }
    const signOf = signReader(source, types)
    for (let row = 0; row < rows; row += 1) tally.add(batch, row, signOf(row), number * rowsPerSource + first + row)
    if (tally.size > mostRows) throw new TooManyRows()
  }
}

const signs: Readonly<Record<string, 1 | -1>> = { insert: 1, update_postimage: 1, delete: -1, update_preimage: -1 }

function signReader(source: RowSource, types: Data | undefined): (row: number) => 1 | -1 {
  if (source.kind === 'rows') return () => (source.side === 'to' ? 1 : -1)
  const offsets: Int32Array = types?.valueOffsets
  const bytes: Uint8Array = types?.values
  const decoder = new TextDecoder()
  return row => {
    const type = decoder.decode(bytes.subarray(offsets[row], offsets[row + 1]))
    const sign = Object.hasOwn(signs, type) ? signs[type] : undefined
    if (sign === undefined) throw new LakehouseError('corrupt', `Its column _change_type holds ${JSON.stringify(type)}.`)
    return source.isBackwards && sign === 1 ? -1 : source.isBackwards ? 1 : sign
  }
}

/** Names table, version and file in whatever goes wrong with a file. */
export async function inSource<T>(
  { location }: DeltaTable,
  versions: { readonly from: number; readonly to: number },
  source: RowSource,
  task: () => Promise<T>,
): Promise<T> {
  const of =
    source.kind === 'rows' ? `version ${versions[source.side]}` : `the changes between versions ${versions.from} and ${versions.to}`
  return await whileReading(`${location}, ${of}, file ${source.add.path}`, task)
}
