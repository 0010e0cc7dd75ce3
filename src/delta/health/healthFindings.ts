import { deltaTableName } from '#base/sqlNames.ts'
import type { VersionRange } from '#delta/log/readable.ts'
import type { Finding, LogHealth, TableHealth, VacuumHealth } from './healthTypes.ts'

type Facts = Omit<TableHealth, 'findings'>

/** Fewer small files cost less than the work of rewriting them; from the second number on planning alone takes seconds. */
const smallFilesNoticed = 10
const smallFilesHeavy = 100
/** Below this share of all files, the others are what queries read. */
const smallShareNoticed = 0.25
/** A partition this many times the median makes one task run while the others wait, once it is large enough to take long. */
const skewNoticed = 10
const skewBytes = 1024 ** 3
/** From this many partitions on, partitions smaller than a small file mean that the table is split too finely. */
const partitionsNoticed = 100
/** Delta's own advice: rewrite once a tenth of all rows is only marked as deleted. */
const deletedShareHeavy = 0.1
/** A file without a row count has to be opened to plan a limit or an aggregate. */
const withoutStatisticsHeavy = 0.1
/** Writers checkpoint at every interval; twice as many commits mean that it failed, or that nobody does it. */
const intervalsNoticed = 2
const columnsNamed = 5
/** Less than this is not worth a warning in any lake. */
const vacuumHeavyBytes = 1024 ** 3

/** What is worth a look, with the numbers behind it. `location` is where the table lies. */
export function findingsOf(facts: Facts, location: string): readonly Finding[] {
  const name = deltaTableName(location)
  return [
    ...smallFiles(facts, name),
    ...partitions(facts),
    ...deletedRows(facts, name),
    ...statistics(facts, name),
    ...log(facts.log),
    ...(facts.vacuum ? vacuum(facts, facts.vacuum, name) : []),
  ]
}

function smallFiles({ files }: Facts, name: string): readonly Finding[] {
  if (!files || files.small.files < smallFilesNoticed || files.small.share < smallShareNoticed) return []
  const { small, optimize } = files
  if (optimize && optimize.filesAfter > files.files / 2) return []
  const then = optimize ? ` OPTIMIZE would make ${count(optimize.made)} of ${count(optimize.rewritten.files)} files.` : ''
  return [
    {
      code: 'smallFiles',
      severity: small.files >= smallFilesHeavy ? 'warning' : 'info',
      what: 'Many files are small.',
      evidence: `${count(small.files)} of ${count(files.files)} files (${percent(small.share)}) are smaller than ${bytesText(small.below)}; together they hold ${bytesText(small.bytes)}.${then}`,
      advice: 'Rewrite them into larger ones: queries open fewer files.',
      sql: `OPTIMIZE ${name}`,
    },
  ]
}

function partitions({ partitions: found }: Facts): readonly Finding[] {
  if (!found) return []
  const { bytes, columns } = found
  const findings: Finding[] = []
  if (bytes.skew !== null && bytes.skew >= skewNoticed && bytes.largest >= skewBytes) {
    findings.push({
      code: 'partitionSkew',
      severity: 'warning',
      what: 'Partitions are uneven.',
      evidence: `The largest holds ${bytesText(bytes.largest)}, ${count(Math.round(bytes.skew))} times the median of ${bytesText(bytes.median)}.`,
      advice: `Partition by another column than ${columns.join(', ')}, or cluster the table.`,
      sql: null,
    })
  }
  if (found.count >= partitionsNoticed && bytes.median < smallPartitionBytes) {
    findings.push({
      code: 'smallPartitions',
      severity: 'warning',
      what: 'Partitions are too small.',
      evidence: `Half of the ${count(found.count)} partitions hold ${bytesText(bytes.median)} or less.`,
      advice: `OPTIMIZE cannot join files across partitions: partition more coarsely than by ${columns.join(', ')}, or cluster the table.`,
      sql: null,
    })
  }
  return findings
}

const smallPartitionBytes = 16 * 1024 * 1024

function deletedRows({ deletionVectors: found }: Facts, name: string): readonly Finding[] {
  if (!found || (found.heavy.files === 0 && (found.share ?? 0) <= deletedShareHeavy)) return []
  const all = found.share === null ? '' : ` (${percent(found.share)})`
  return [
    {
      code: 'deletedRows',
      severity: (found.share ?? 0) > deletedShareHeavy ? 'warning' : 'info',
      what: 'Deleted rows are still in the files.',
      evidence: `${count(found.deletedRows)} rows${all} are marked as deleted in ${count(found.files)} files; ${count(found.heavy.files)} files have lost more than ${percent(found.heavy.above)} of their rows.`,
      advice: 'Rewrite these files without the deleted rows.',
      sql: `REORG TABLE ${name} APPLY (PURGE)`,
    },
  ]
}

function statistics({ statistics: found }: Facts, name: string): readonly Finding[] {
  if (!found || found.files === 0) return []
  const findings: Finding[] = []
  const missing = found.files - found.withNumRecords
  if (missing > 0) {
    findings.push({
      code: 'noRowCounts',
      severity: missing / found.files > withoutStatisticsHeavy ? 'warning' : 'info',
      what: 'Files have no statistics.',
      evidence: `${count(missing)} of ${count(found.files)} files say nothing about their rows.`,
      advice: 'Have them rewritten by a writer that collects statistics: no query can skip these files.',
      sql: null,
    })
  }
  const seen = found.files - found.asStruct
  const thin = found.columns.filter(({ withMinMax }) => withMinMax !== null && withMinMax < found.withNumRecords - found.asStruct)
  if (thin.length > 0) {
    findings.push({
      code: 'thinStatistics',
      severity: 'info',
      what: 'Indexed columns have no minimum and maximum in some files.',
      evidence: named(thin.map(column => `${column.name} (${count(seen - (column.withMinMax ?? 0))} of ${count(seen)} files)`)),
      advice: 'A filter on these columns reads such files always; files written before a change of the indexed columns need a rewrite.',
      sql: null,
    })
  }
  if (found.notIndexed.length > 0) {
    findings.push({
      code: 'notIndexed',
      severity: 'info',
      what: 'Columns are beyond those with statistics.',
      evidence: `${found.setting} leaves out ${named(found.notIndexed)}.`,
      advice: 'If queries filter by one of them, name the columns to collect statistics for; it applies to files written later.',
      sql: `ALTER TABLE ${name} SET TBLPROPERTIES ('delta.dataSkippingStatsColumns' = '…')`,
    })
  }
  return findings
}

function log(found: LogHealth): readonly Finding[] {
  const findings: Finding[] = []
  if (found.commitsSinceCheckpoint >= intervalsNoticed * found.checkpointInterval) {
    const since = found.checkpoint ? `the checkpoint of version ${found.checkpoint.version}` : 'the beginning, for there is no checkpoint'
    findings.push({
      code: 'staleCheckpoint',
      severity: 'warning',
      what: 'The log has no recent checkpoint.',
      evidence: `Every reader replays ${count(found.commitsSinceCheckpoint)} commits since ${since}; delta.checkpointInterval is ${count(found.checkpointInterval)}.`,
      advice: 'Let a writer that makes checkpoints commit to it, as Spark does at every interval.',
      sql: null,
    })
  }
  if (found.unreadable.length > 0) {
    findings.push({
      code: 'cleanedLog',
      severity: 'info',
      what: 'Old versions cannot be read any more.',
      evidence: `The log no longer leads to ${versionsText(found.unreadable)}.`,
      advice: 'A longer delta.logRetentionDuration keeps more of them in the future.',
      sql: null,
    })
  }
  return findings
}

function vacuum({ files }: Facts, found: VacuumHealth, name: string): readonly Finding[] {
  const sum = { files: 0, bytes: 0 }
  for (const each of [found.data, found.deletionVectors, found.changes]) {
    sum.files += each.files
    sum.bytes += each.bytes
  }
  if (sum.files === 0) return []
  const lost = found.unreadable.length === 0 ? 'no version' : versionsText(found.unreadable)
  return [
    {
      code: 'vacuum',
      severity: files && sum.bytes > files.bytes && sum.bytes >= vacuumHeavyBytes ? 'warning' : 'info',
      what: 'Files that the table no longer uses can be deleted.',
      evidence: `${count(sum.files)} files, ${bytesText(sum.bytes)}, were removed more than ${count(found.retentionHours)} hours ago.`,
      advice: `After VACUUM ${lost} could not be read any more.`,
      sql: `VACUUM ${name} RETAIN ${found.retentionHours} HOURS`,
    },
  ]
}

/** `version 3`, `versions 0–41 and 50`. */
export function versionsText(ranges: readonly VersionRange[]): string {
  const texts = ranges.map(({ from, to }) => (from === to ? String(from) : `${from}–${to}`))
  const [first] = ranges
  const one = ranges.length === 1 && first?.from === first?.to
  return `${one ? 'version' : 'versions'} ${listText(texts)}`
}

/** Powers of 1024, three digits. */
export function bytesText(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`
  const power = Math.min(Math.floor(Math.log2(bytes) / 10), units.length)
  const value = bytes / 1024 ** power
  return `${value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 2 : value < 100 ? 1 : 0 })} ${units[power - 1]}`
}

/** A share of 0 to 1; never 0 % or 100 % for one that is not. */
export function percent(share: number): string {
  const text = (100 * share).toLocaleString('en', { maximumFractionDigits: 1 })
  if (text === '0' && share > 0) return 'less than 0.1 %'
  return text === '100' && share < 1 ? 'more than 99.9 %' : `${text} %`
}

const units = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB']

function count(value: number): string {
  return value.toLocaleString('en')
}

function named(names: readonly string[]): string {
  return listText(names.length <= columnsNamed ? names : [...names.slice(0, columnsNamed), `${count(names.length - columnsNamed)} more`])
}

function listText(texts: readonly string[]): string {
  const last = texts.at(-1) ?? ''
  return texts.length < 2 ? last : `${texts.slice(0, -1).join(', ')} and ${last}`
}
