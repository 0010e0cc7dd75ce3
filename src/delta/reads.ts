import { isProblem } from '#base/errors.ts'
import { sum } from '#base/sum.ts'
import { isWire, parseJson } from '#base/wire.ts'
import { diffVersions } from '#delta/diff/diff.ts'
import { readCommitRange } from '#delta/diff/diffLog.ts'
import type { DiffRequest, TableDiff } from '#delta/diff/diffTypes.ts'
import { ListedFiles, liveRecords, type ActiveFiles } from '#delta/files/activeFiles.ts'
import { planFiltered } from '#delta/filter/filterScan.ts'
import { tableHealth, type HealthRequest } from '#delta/health/health.ts'
import type { TableHealth } from '#delta/health/healthTypes.ts'
import { readHistory, type HistoryRequest } from '#delta/log/history.ts'
import { listBack, listFrom, listLog, type LogListing } from '#delta/log/log.ts'
import type { CommitFile, LogFiles } from '#delta/log/logNames.ts'
import { infosOf } from '#delta/log/times.ts'
import { isoTime, resolveVersion, timeOf } from '#delta/log/versions.ts'
import { physicalName } from '#delta/rows/columns.ts'
import { checkPage, planEveryRow, readRows } from '#delta/rows/scan.ts'
import { recordsOf } from './actions.ts'
import { checkReadable, columnMappingOf } from './features.ts'
import { headerOf, loadHeader, loadSnapshot, type Header, type Snapshot } from './snapshot.ts'
import type { DeltaTable } from './table.ts'
import type { At, FilesPage, FilesRequest, HistoryPage, RowsRequest, TableDescription, TableHeader, TableRows } from './types.ts'

/** What a version says about its table without its files: quick however many these are; also where a reader feature stops files and rows. */
export async function readTableHeader(table: DeltaTable, at: At, signal: AbortSignal): Promise<TableHeader> {
  return await withLog(table, signal, async listing => {
    const { version, log } = await logAt(table, listing, at, signal)
    return describeHeader(await loadHeader(table, log, version, signal), listing)
  })
}

/** What a version says about its table; also where a reader feature stops files and rows. */
export async function describeTable(table: DeltaTable, at: At, signal: AbortSignal): Promise<TableDescription> {
  return await withLog(table, signal, async listing => {
    const { snapshot, files: log } = await snapshotAt(table, listing, at, signal)
    const { files: active } = snapshot
    const live = active && (await liveRecords(active, signal))
    const { version, properties, earliestVersion, latestVersion, ...header } = describeHeader(snapshot, listing)
    return {
      version,
      timestamp: isoTime(await timeOf(table, listing, log, snapshot, signal)),
      ...header,
      clusteringColumns: clusteringColumns(snapshot),
      properties,
      numFiles: active?.length ?? null,
      sizeBytes: active ? sum(active.sizes) : null,
      numRecords: live ? numberOrNull(sum(live)) : null,
      earliestVersion,
      latestVersion,
      warnings: snapshot.warnings,
    }
  })
}

/** One page of the history, newest first. */
export async function listHistory(table: DeltaTable, request: HistoryRequest, signal: AbortSignal): Promise<HistoryPage> {
  return await withLog(table, signal, listing => readHistory(table, listing, request, signal))
}

/** One page of the active files of a version in the order of the log. @throws LakehouseError `unsupported` with the feature, `invalid` */
export async function listFiles(table: DeltaTable, { at, offset, limit }: FilesRequest, signal: AbortSignal): Promise<FilesPage> {
  checkPage('Files', offset, limit)
  return await withLog(table, signal, async listing => {
    const { snapshot } = await snapshotAt(table, listing, at, signal)
    checkReadable(table, snapshot.version, snapshot.protocol)
    const logicalNames = partitionNames(snapshot)
    const active = snapshot.files ?? new ListedFiles([])
    const records = await recordsOfPage(active, offset, offset + limit, signal)
    const files = active.bare(offset, offset + limit).map((add, i) => ({
      path: add.path,
      sizeBytes: add.size,
      numRecords: numberOrNull(records[i] ?? Number.NaN),
      partitionValues: Object.fromEntries(
        Object.entries(add.partitionValues).map(([name, value]) => [logicalNames.get(name) ?? name, value]),
      ),
      deletionVector: add.deletionVector ? { cardinality: add.deletionVector.cardinality } : null,
    }))
    return { version: snapshot.version, files, total: active.length, warnings: snapshot.warnings }
  })
}

/** Rows of files [start, end) by their statistics: a first page reads its own, for whoever wants more all are counted, once. */
async function recordsOfPage(files: ActiveFiles, start: number, end: number, signal: AbortSignal): Promise<Float64Array> {
  if (start > 0 || end >= files.length) return (await files.records(signal)).subarray(start, end)
  return Float64Array.from(await files.slice(start, end, signal), add => recordsOf(add) ?? Number.NaN)
}

/** Health of a version and of the table around it, by arithmetic on the log. */
export async function readTableHealth(table: DeltaTable, at: At, request: HealthRequest, signal: AbortSignal): Promise<TableHealth> {
  return await withLog(table, signal, async listing => {
    const { snapshot } = await snapshotAt(table, listing, at, signal)
    const isNewest = snapshot.version === listing.latestVersion
    const { snapshot: newest } = isNewest ? { snapshot } : await snapshotAt(table, listing, {}, signal)
    return await tableHealth(table, { snapshot, newest }, request, signal)
  })
}

/** Rows of a version. @throws LakehouseError `unsupported` with the feature, never a wrong row */
export async function readTableRows(table: DeltaTable, at: At, request: RowsRequest, signal: AbortSignal): Promise<TableRows> {
  return await withLog(table, signal, async listing => {
    const { snapshot } = await snapshotAt(table, listing, at, signal)
    const { filter } = request
    return await readRows(table, snapshot, request, signal, filter === undefined ? planEveryRow : planFiltered(filter))
  })
}

/** What is different in another version. @throws LakehouseError `notFound`, `invalid` for a key that is no column of both */
export async function diffTable(table: DeltaTable, request: DiffRequest, signal: AbortSignal): Promise<TableDiff> {
  return await withLog(table, signal, async listing => {
    const [low, high] = [Math.min(request.from, request.to), Math.max(request.from, request.to)]
    await resolveVersion(table, listing, { version: high }, signal)
    const newerSnapshot = async (): Promise<Snapshot> => (await snapshotAt(table, listing, { version: high }, signal)).snapshot
    const { snapshot: older } = await snapshotAt(table, listing, { version: low }, signal)
    const commits = await commitsBetween(table, listing, low, high, signal)
    const range = commits && (await readCommitRange(table, commits, older, signal))
    const newer = range ? headerOf(table, high, range.protocol ?? older.protocol, range.metadata ?? older.metadata) : await newerSnapshot()
    return await diffVersions(table, { older, newer, range, newerSnapshot }, request, signal)
  })
}

/** The commits that lead from one version to another; undefined when one of them is missing. */
async function commitsBetween(
  table: DeltaTable,
  listing: LogListing,
  low: number,
  high: number,
  signal: AbortSignal,
): Promise<readonly CommitFile[] | undefined> {
  const files = listing.from <= low + 1 ? listing : await listFrom(table, low + 1, high, signal)
  const commits = files.commits.filter(({ version }) => version > low && version <= high)
  return commits.length === high - low ? commits : undefined
}

/** A file that vanished between listing and reading means a writer was at work: once more, if the log has changed. */
async function withLog<T>(table: DeltaTable, signal: AbortSignal, task: (listing: LogListing) => Promise<T>): Promise<T> {
  const listing = await listLog(table, signal)
  try {
    return await task(listing)
  } catch (error) {
    if (!isProblem(error, 'notFound')) throw error
    const again = await listLog(table, signal)
    if (fingerprint(again) === fingerprint(listing)) throw error
    return await task(again)
  }
}

function fingerprint({ firstCommit, commits, checkpoints, compacted, latestVersion }: LogListing): string {
  const names = [...compacted, ...checkpoints.flatMap(({ parts }) => parts)].map(({ key }) => key)
  return JSON.stringify([firstCommit, latestVersion, commits.length, commits[0]?.version, names])
}

async function snapshotAt(
  table: DeltaTable,
  listing: LogListing,
  at: At,
  signal: AbortSignal,
): Promise<{ readonly snapshot: Snapshot; readonly files: LogFiles }> {
  const { version, log } = await logAt(table, listing, at, signal)
  const last =
    log.commits.findLast(commit => commit.version === version) ??
    log.checkpoints.findLast(checkpoint => checkpoint.version === version)?.parts[0]
  const [info] = await infosOf(table, last ? [last] : [], signal)
  const load = (): Promise<Snapshot> => loadSnapshot(table, log, version, signal)
  const key = info && `snapshot ${table.location} ${version} ${info.modified} ${info.size} ${info.etag ?? ''}`
  const snapshot = key === undefined ? await load() : await table.memo(key, load, ({ files: active }) => 10_000 + (active?.weight ?? 0))
  return { snapshot, files: log }
}

async function logAt(
  table: DeltaTable,
  listing: LogListing,
  at: At,
  signal: AbortSignal,
): Promise<{ readonly version: number; readonly log: LogFiles }> {
  const version = await resolveVersion(table, listing, at, signal)
  return { version, log: await listBack(table, listing, version, signal) }
}

function describeHeader({ version, protocol, metadata, schema }: Header, listing: LogListing): TableHeader {
  return {
    version,
    name: metadata.name,
    description: metadata.description,
    protocol,
    schema,
    partitionColumns: metadata.partitionColumns,
    properties: metadata.configuration,
    earliestVersion: listing.earliest ?? version,
    latestVersion: listing.latestVersion,
  }
}

/** Null for what is not known. */
function numberOrNull(count: number): number | null {
  return Number.isNaN(count) ? null : count
}

function partitionNames({ schema, protocol, metadata }: Snapshot): ReadonlyMap<string, string> {
  const mapping = columnMappingOf(protocol, metadata.configuration)
  return new Map((schema?.fields ?? []).map(field => [physicalName(field, mapping), field.name]))
}

/** Logical names; nested ones joined by dots. https://github.com/delta-io/delta/blob/master/PROTOCOL.md#clustered-table */
function clusteringColumns({ domains, schema, protocol, metadata }: Snapshot): readonly string[] {
  const domain = domains.get('delta.clustering')
  if (!domain) return []
  const parsed = parseJson(domain.configuration)
  const columns: unknown = isWire(parsed) ? parsed['clusteringColumns'] : undefined
  if (!Array.isArray(columns)) return []
  const mapping = columnMappingOf(protocol, metadata.configuration)
  return columns.map((column: unknown) => {
    const path: unknown = isWire(column) ? column['physicalName'] : column
    let level = schema?.fields ?? []
    const names = (Array.isArray(path) ? path : [path]).map(part => {
      const field = level.find(each => physicalName(each, mapping) === part)
      level = field && typeof field.type !== 'string' && field.type.type === 'struct' ? field.type.fields : []
      return field?.name ?? String(part)
    })
    return names.join('.')
  })
}
