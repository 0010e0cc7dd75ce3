import { RecordBatch, Schema, Struct, Table, type Data } from 'apache-arrow'
import { jsonRecords } from '#arrow/json.ts'
import { arrowData, arrowField } from '#delta/rows/arrowTypes.ts'
import type { ScanColumns } from '#delta/rows/dataFile.ts'
import { inSource, rowsPerSource, type RowComparison } from './diffRows.ts'
import { narrowed, openSource, readSource, type RowSource } from './diffSources.ts'
import type { TallyResult } from './diffTally.ts'
import type { JsonRow, RowChange } from './diffTypes.ts'

/** Every column of both versions, for rows that are shown. */
export interface ShownColumns {
  readonly from: ScanColumns
  readonly to: ScanColumns
}

/**
 * Some of the differing rows, each as its own version has it: changed, added, removed. Each kind gets an equal share, and what
 * another leaves. Reads these rows only.
 */
export async function readSample(
  comparison: RowComparison,
  sources: readonly RowSource[],
  result: TallyResult,
  shown: ShownColumns,
  signal: AbortSignal,
): Promise<readonly RowChange[]> {
  const available = [result.changedPlaces.length, result.addedPlaces.length, result.removedPlaces.length]
  const [changes = 0, adds = 0, removes = 0] = shares(available, comparison.sample)
  const changed = result.changedPlaces.slice(0, changes)
  const added = result.addedPlaces.slice(0, adds)
  const removed = result.removedPlaces.slice(0, removes)
  const before = [...changed.map(places => places.before), ...removed]
  const after = [...changed.map(places => places.after), ...added]
  const old = await readPlaces(comparison, sources, before, shown.from, signal)
  const now = await readPlaces(comparison, sources, after, shown.to, signal)
  return [
    ...changed.flatMap((places): RowChange[] => {
      const [was, is] = [old.get(places.before), now.get(places.after)]
      return was && is ? [{ change: 'changed', before: was, after: is }] : []
    }),
    ...rowsAt(now, added).map((row): RowChange => ({ change: 'added', row })),
    ...rowsAt(old, removed).map((row): RowChange => ({ change: 'removed', row })),
  ]
}

function rowsAt(rows: ReadonlyMap<number, JsonRow>, places: readonly number[]): readonly JsonRow[] {
  return places.map(place => rows.get(place)).filter(row => row !== undefined)
}

/** The rows at some places, by place; a place that statistics had promised in vain is left out. */
export async function readPlaces(
  { table, versions }: RowComparison,
  sources: readonly RowSource[],
  places: readonly number[],
  columns: ScanColumns,
  signal: AbortSignal,
): Promise<ReadonlyMap<number, JsonRow>> {
  const found = new Map<number, JsonRow>()
  for (const [number, source] of sources.entries()) {
    const first = number * rowsPerSource
    const wanted = [...new Set(places)].filter(place => place >= first && place < first + rowsPerSource).toSorted((a, b) => a - b)
    if (wanted.length === 0) continue
    await inSource(table, versions, source, async () => {
      const open = await openSource(table, source, signal)
      const there = wanted.filter(place => place - first < open.count)
      let next = 0
      for await (const { columns: data, rows } of readSource(
        narrowed(
          open,
          there.map(place => place - first),
        ),
        columns,
        signal,
      )) {
        for (const row of recordsOf(columns, data, rows)) {
          const place = there[next++]
          if (place !== undefined) found.set(place, row)
        }
      }
    })
  }
  return found
}

function recordsOf({ fields }: ScanColumns, data: readonly Data[], rows: number): readonly JsonRow[] {
  const schema = new Schema(fields.map(arrowField))
  const batch = new RecordBatch(schema, arrowData(new Struct(schema.fields), rows, { children: [...data] }))
  return [...jsonRecords(new Table(schema, [batch]))]
}

/** Takes in turns from each kind until there are as many as wanted. */
function shares(available: readonly number[], most: number): readonly number[] {
  const taken = available.map(() => 0)
  for (let left = most; left > 0;) {
    const before = left
    for (const [i, count] of available.entries()) {
      if (left === 0 || (taken[i] ?? 0) >= count) continue
      taken[i] = (taken[i] ?? 0) + 1
      left -= 1
    }
    if (left === before) break
  }
  return taken
}
