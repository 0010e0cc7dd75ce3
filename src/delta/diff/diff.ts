import { isProblem, LakehouseError, toProblem, type Problem, type ProblemCode } from '#base/errors.ts'
import { checkReadable } from '#delta/features.ts'
import { ListedFiles } from '#delta/files/activeFiles.ts'
import type { ScanColumns } from '#delta/rows/dataFile.ts'
import { scanColumns } from '#delta/rows/scan.ts'
import { checkTypeChanges } from '#delta/rows/typeChanges.ts'
import type { Header, Snapshot } from '#delta/snapshot.ts'
import { problem, type DeltaTable } from '#delta/table.ts'
import { planComparison, type Comparison } from './diffColumns.ts'
import { changedByCommits, changedByFiles, type ChangedFiles } from './diffFiles.ts'
import type { CommitRange } from './diffLog.ts'
import { planRows, type RowPlan } from './diffPlan.ts'
import { diffQuery } from './diffQuery.ts'
import { compareRows, rowsPerSource, type RowComparison } from './diffRows.ts'
import { readPlaces, readSample } from './diffSample.ts'
import { diffHeaders } from './diffSchema.ts'
import type { DiffRequest, FilesDiff, JsonRow, TableDiff } from './diffTypes.ts'
import type { TallyResult } from './diffTally.ts'

/** Two versions of a table, and the commits between them where all are there. */
export interface VersionPair {
  readonly older: Snapshot
  readonly newer: Header
  readonly range: CommitRange | undefined
  /** The newer version with its files; asked for only where the commits do not tell. */
  readonly newerSnapshot: () => Promise<Snapshot>
}

type RowsPart = Pick<TableDiff, 'rows' | 'source' | 'rewrittenFiles' | 'duplicateKeys' | 'tooLarge' | 'problem' | 'sample'>

const noRows: RowsPart = {
  rows: null,
  source: null,
  rewrittenFiles: 0,
  duplicateKeys: null,
  tooLarge: null,
  problem: null,
  sample: [],
}

/**
 * What is different in `to`: schema, properties, files, and rows from the files that only one of the versions has. What keeps
 * rows from being compared stands in the answer beside the rest.
 * @throws LakehouseError `invalid` for a key that is no common column, `corrupt` for a log that cannot be read
 */
export async function diffVersions(table: DeltaTable, pair: VersionPair, request: DiffRequest, signal: AbortSignal): Promise<TableDiff> {
  const isBackwards = request.from > request.to
  const [from, to] = isBackwards ? [pair.newer, pair.older] : [pair.older, pair.newer]
  const columns = planComparison(from, to)
  const keys = 'pairs' in columns ? keyIndexes(table, columns, request.key ?? []) : []
  const head = { from: from.version, to: to.version, ...diffHeaders(from, to) }
  let files: FilesDiff | null = null
  try {
    const changed = await changedFiles(table, pair, signal)
    files = filesDiff(changed, isBackwards)
    return { ...head, files, ...(await diffRows({ table, from, to, columns, keys, request, signal }, pair, changed)) }
  } catch (error) {
    return { ...head, files, ...noRows, problem: keptProblem(error) }
  }
}

interface Diffing {
  readonly table: DeltaTable
  readonly from: Header
  readonly to: Header
  readonly columns: ReturnType<typeof planComparison>
  readonly keys: readonly number[]
  readonly request: DiffRequest
  readonly signal: AbortSignal
}

/** More changed files than this are not listed one by one. */
const mostFiles = 200_000

async function changedFiles(
  table: DeltaTable,
  { older, newer, range, newerSnapshot }: VersionPair,
  signal: AbortSignal,
): Promise<ChangedFiles> {
  for (const { version, protocol } of [older, newer]) checkReadable(table, version, protocol)
  const before = older.files ?? new ListedFiles([])
  if (range?.touched) return changedByCommits(before, range.touched)
  return await changedByFiles(before, (await newerSnapshot()).files ?? new ListedFiles([]), signal)
}

function filesDiff({ removed, added }: ChangedFiles, isBackwards: boolean): FilesDiff {
  const [gone, come] = isBackwards ? [added, removed] : [removed, added]
  return { added: come.count, removed: gone.count, addedBytes: come.bytes, removedBytes: gone.bytes }
}

async function diffRows(diffing: Diffing, { older, range }: VersionPair, changed: ChangedFiles): Promise<RowsPart> {
  const { table, from, to, keys, request, signal } = diffing
  const count = changed.removed.count + changed.added.count
  if (range && !range.hasDataChange) {
    return { ...noRows, rows: { added: 0, removed: 0, changed: 0 }, source: 'files', rewrittenFiles: count }
  }
  const columns = comparable(diffing)
  const { mostBytes, sample } = request
  const tooLarge = (bytes: number): RowsPart => ({
    ...noRows,
    tooLarge: { bytes, mostBytes, query: diffQuery(table.location, { from: from.version, to: to.version }, columns, keys) },
  })
  if (count > mostFiles) return tooLarge(changed.removed.bytes + changed.added.bytes)
  const plans = await planRows(
    { older: older.files ?? new ListedFiles([]), changed, range, isBackwards: from.version > to.version },
    signal,
  )
  const comparison = { table, versions: { from: from.version, to: to.version }, columns, keys, mostBytes, sample }
  let least = Infinity
  let failure: unknown
  for (const plan of plans) {
    try {
      const answer = await compareRows(comparison, plan.sources, signal)
      if (answer.kind === 'compared') return await rowsPart(diffing, comparison, plan, answer.result)
      least = Math.min(least, answer.bytes)
    } catch (error) {
      if (!isProblem(error, 'notFound')) throw error
      failure ??= error
    }
  }
  if (least < Infinity) return tooLarge(least)
  throw failure
}

async function rowsPart({ from, to, signal }: Diffing, comparison: RowComparison, plan: RowPlan, result: TallyResult): Promise<RowsPart> {
  const { added, removed, changed, duplicateKeys: count, duplicatePlace } = result
  const shown = { from: tableColumns(from), to: tableColumns(to) }
  const duplicateKeys = duplicatePlace === undefined ? null : { count, example: await keyAt(comparison, plan, duplicatePlace, signal) }
  const sample = await readSample(comparison, plan.sources, result, shown, signal)
  return { ...noRows, rows: { added, removed, changed }, source: plan.source, duplicateKeys, sample }
}

async function keyAt(comparison: RowComparison, { sources }: RowPlan, place: number, signal: AbortSignal): Promise<JsonRow> {
  const source = sources[Math.floor(place / rowsPerSource)]
  const side = comparison.columns[source?.kind === 'rows' ? source.side : 'to']
  const fields = comparison.keys.flatMap(index => side.fields[index] ?? [])
  return (await readPlaces(comparison, sources, [place], { ...side, fields }, signal)).get(place) ?? {}
}

function tableColumns(header: Header): ScanColumns {
  return scanColumns(header, header.schema ?? { type: 'struct', fields: [] })
}

/** @throws LakehouseError `unsupported` for rows that have nothing in common */
function comparable({ table, from, to, columns }: Diffing): Comparison {
  for (const header of [from, to]) {
    const { version, schema } = header
    if (!schema) throw problem(table, 'invalid', 'its metadata has no schema, and so it has no rows', { version })
    checkTypeChanges(table, header)
  }
  const versions = `the rows of ${table.location} versions ${from.version} and ${to.version}`
  if ('incomparable' in columns) {
    const { name } = columns.incomparable.to
    throw new LakehouseError('unsupported', `Cannot compare ${versions}: no type holds the values that column ${name} has in both.`, {
      hint: 'Compare them on Spark with a cast of this column.',
    })
  }
  if (columns.pairs.length > 0) return columns
  throw new LakehouseError('unsupported', `Cannot compare ${versions}: they have no column in common.`)
}

/** @throws LakehouseError `invalid` naming the columns there are */
function keyIndexes(table: DeltaTable, { pairs }: Comparison, key: readonly string[]): readonly number[] {
  return key.map(name => {
    const exact = pairs.findIndex(({ from, to }) => to.name === name || from.name === name)
    const index = exact < 0 ? pairs.findIndex(({ to }) => to.name.toLowerCase() === name.toLowerCase()) : exact
    if (index >= 0) return index
    throw new LakehouseError('invalid', `${table.location} has no column ${name} in both versions to be a key.`, {
      hint: `Columns of both: ${pairs.map(({ to }) => to.name).join(', ')}`,
    })
  })
}

const keptCodes: ReadonlySet<ProblemCode> = new Set(['notFound', 'corrupt', 'unsupported', 'invalid', 'exhausted'])

/** What stops rows but not the rest of the answer; anything else is thrown on. */
function keptProblem(error: unknown): Problem {
  const found = toProblem(error)
  if (found && keptCodes.has(found.code)) return found
  throw error
}
