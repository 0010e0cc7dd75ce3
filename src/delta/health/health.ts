import { nextTurn } from '#base/turn.ts'
import { columnMappingOf } from '#delta/features.ts'
import { sortFiles } from '#delta/log/logNames.ts'
import { isoTime } from '#delta/log/versions.ts'
import type { Snapshot } from '#delta/snapshot.ts'
import type { DeltaTable } from '#delta/table.ts'
import { fileHealth, vectorHealth } from './healthFiles.ts'
import { findingsOf } from './healthFindings.ts'
import { intervalHours, listWholeLog, logHealth } from './healthLog.ts'
import { partitionHealth } from './healthPartitions.ts'
import { indexedColumns, readStatistics } from './healthStatistics.ts'
import type { TableHealth } from './healthTypes.ts'
import { planVacuum, vacuumHealth } from './healthVacuum.ts'

export interface HealthRequest {
  /** Of VACUUM; the table's own when absent, a week when it has none. */
  readonly retentionHours?: number
  /** Epoch ms. */
  readonly now: number
}

/** The versions that health is about. */
export interface HealthVersions {
  /** Its files, partitions, deletion vectors and statistics. */
  readonly snapshot: Snapshot
  /** Its log, and what VACUUM would do. */
  readonly newest: Snapshot
}

const defaultRetentionHours = 168

/** Health by arithmetic on the log: reads no data file. */
export async function tableHealth(
  table: DeltaTable,
  { snapshot, newest }: HealthVersions,
  { retentionHours, now }: HealthRequest,
  signal: AbortSignal,
): Promise<TableHealth> {
  const objects = await listWholeLog(table, signal)
  const { configuration } = newest.metadata
  const hours = retentionHours ?? intervalHours(configuration['delta.deletedFileRetentionDuration'] ?? '') ?? defaultRetentionHours
  const request = { log: sortFiles(objects), newest, retentionHours: hours, now }
  const facts = {
    version: snapshot.version,
    latestVersion: newest.version,
    checkedAt: isoTime(now),
    ...(await activeHealth(table, snapshot, signal)),
    log: logHealth(objects, configuration, now),
    vacuum: newest.files ? vacuumHealth(await planVacuum(table, request, signal), hours) : null,
  }
  return { ...facts, findings: findingsOf(facts, table.location) }
}

async function activeHealth(
  { report }: DeltaTable,
  { files, schema, metadata, protocol, domains }: Snapshot,
  signal: AbortSignal,
): Promise<Pick<TableHealth, 'files' | 'partitions' | 'deletionVectors' | 'statistics'>> {
  if (!files) return { files: null, partitions: null, deletionVectors: null, statistics: null }
  const { partitionColumns, configuration } = metadata
  const mapping = columnMappingOf(protocol, configuration)
  const columns = indexedColumns(schema ?? { type: 'struct', fields: [] }, partitionColumns, mapping, configuration)
  const { health: statistics, records } = await readStatistics(files, columns, report, signal)
  const partitions = partitionColumns.length === 0 ? undefined : await files.partitions(signal)
  const numbers = { sizes: files.sizes, deleted: files.deleted, records, partition: partitions?.of }
  const fields = partitionColumns.flatMap(name => schema?.fields.find(field => field.name === name) ?? [])
  const sizes = fileHealth(numbers, bytesOf(configuration['delta.targetFileSize']), domains.has('delta.clustering') ? 'clustered' : 'plain')
  await nextTurn()
  signal.throwIfAborted()
  const parts = partitions ? partitionHealth(partitions, files.sizes, fields, mapping) : null
  await nextTurn()
  signal.throwIfAborted()
  return {
    files: sizes,
    partitions: parts,
    deletionVectors: vectorHealth(numbers),
    statistics,
  }
}

/** Of a size as table properties have it: `104857600`, `100mb`. Undefined for what is none. */
function bytesOf(text: string | undefined): number | undefined {
  const [, digits, unit = ''] = /^\s*(\d+)\s*([kmgt]?)b?\s*$/i.exec(text ?? '') ?? []
  const bytes = Number(digits) * 1024 ** ['', 'k', 'm', 'g', 't'].indexOf(unit.toLowerCase())
  return bytes > 0 ? bytes : undefined
}
