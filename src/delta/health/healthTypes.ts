import type { Json } from '#arrow/json.ts'
import type { VersionRange } from '#delta/log/readable.ts'

/** What the log says about the health of a table, field by field the JSON of `dataflow health` (docs/command-line.md). Bytes are exact. */
export interface TableHealth {
  /** The version that files, partitions, deletion vectors and statistics are of; the rest is about the table as it is now. */
  readonly version: number
  readonly latestVersion: number
  /** ISO-8601 UTC: the moment against which ages and retentions are counted. */
  readonly checkedAt: string
  /** Null where a reader feature stops the file list, as the next three and `vacuum`. */
  readonly files: FileHealth | null
  /** Null also without partition columns. */
  readonly partitions: PartitionHealth | null
  readonly deletionVectors: VectorHealth | null
  readonly statistics: StatisticsHealth | null
  readonly log: LogHealth
  readonly vacuum: VacuumHealth | null
  readonly findings: readonly Finding[]
}

export interface FilesAndBytes {
  readonly files: number
  readonly bytes: number
}

export interface FileHealth extends FilesAndBytes {
  /** These four are null without files. */
  readonly smallest: number | null
  readonly median: number | null
  readonly p90: number | null
  readonly largest: number | null
  /** All bins from 0 on; `below` is null in the last. */
  readonly histogram: readonly (FilesAndBytes & { readonly from: number; readonly below: number | null })[]
  readonly small: FilesAndBytes & { readonly below: number; /** Of all files, 0 to 1. */ readonly share: number }
  /** Null for a clustered table, which OPTIMIZE rewrites in another way. */
  readonly optimize: OptimizeEstimate | null
}

/** What OPTIMIZE without a condition would do. */
export interface OptimizeEstimate {
  readonly targetBytes: number
  readonly rewritten: FilesAndBytes
  readonly made: number
  readonly filesAfter: number
}

export interface PartitionHealth {
  readonly columns: readonly string[]
  readonly count: number
  readonly files: Spread
  readonly bytes: Spread
  /** At most ten, largest first. */
  readonly mostFiles: readonly OnePartition[]
  readonly mostBytes: readonly OnePartition[]
}

export interface Spread {
  readonly smallest: number
  readonly median: number
  readonly largest: number
  /** Largest by median; null where the median is 0. */
  readonly skew: number | null
}

export interface OnePartition extends FilesAndBytes {
  /** By logical name, as rows print them. */
  readonly values: Readonly<Record<string, Json>>
}

export interface VectorHealth {
  readonly files: number
  readonly deletedRows: number
  /** Of all rows that statistics count, 0 to 1; null where they do not count all. */
  readonly share: number | null
  /** Of the file that has lost most; null where none is counted. */
  readonly largestShare: number | null
  readonly heavy: FilesAndBytes & { readonly above: number }
}

export interface StatisticsHealth {
  readonly files: number
  readonly withNumRecords: number
  /** Files whose statistics a checkpoint keeps as a struct alone: their columns are not looked at. */
  readonly asStruct: number
  /** Property and value that say which columns are indexed. */
  readonly setting: string
  readonly columns: readonly ColumnCoverage[]
  /** Columns that writers leave without statistics. */
  readonly notIndexed: readonly string[]
}

/** Files by what their statistics say about a leaf column, named with dots; of files that are looked at. */
export interface ColumnCoverage {
  readonly name: string
  /** Both bounds, or nothing but nulls; null for a type that has no bounds. */
  readonly withMinMax: number | null
  readonly withNullCount: number
}

export interface LogHealth extends FilesAndBytes {
  readonly commitsSinceCheckpoint: number
  /** The newest complete one. */
  readonly checkpoint: { readonly version: number; readonly ageHours: number; readonly bytes: number } | null
  readonly checkpointInterval: number
  readonly oldestCommit: number | null
  readonly oldestReadable: number | null
  readonly retention: string
  /** Of the newest version. */
  readonly hasChecksum: boolean
  /** ISO-8601 UTC: when Spark last ended a VACUUM, by the note it leaves; its retention is not told. */
  readonly lastVacuum: string | null
  /** Versions that commits and checkpoints do not lead to any more. */
  readonly unreadable: readonly VersionRange[]
  readonly cleanUp: LogCleanUp
}

/** What the next clean-up of the log may remove. */
export interface LogCleanUp extends FilesAndBytes {
  /** False where `delta.enableExpiredLogCleanup` forbids it. */
  readonly enabled: boolean
  readonly unreadable: readonly VersionRange[]
}

/** What VACUUM would do now. Files that no entry of the log names are not counted: those of writes that failed. */
export interface VacuumHealth {
  readonly retentionHours: number
  /** ISO-8601 UTC: what was removed from the table before goes. */
  readonly before: string
  readonly data: FilesAndBytes
  readonly deletionVectors: FilesAndBytes
  readonly changes: FilesAndBytes
  /** Of these three together, files that the log names without their size. */
  readonly withoutSize: number
  /** Readable today, and not after it. */
  readonly unreadable: readonly VersionRange[]
  /** Removed by an earlier VACUUM that the log tells of. */
  readonly earlier: { readonly version: number; readonly before: string; readonly unreadable: readonly VersionRange[] } | null
  /** The oldest version that was looked at. */
  readonly since: number
}

export interface Finding {
  readonly code:
    | 'smallFiles'
    | 'partitionSkew'
    | 'smallPartitions'
    | 'deletedRows'
    | 'noRowCounts'
    | 'thinStatistics'
    | 'notIndexed'
    | 'staleCheckpoint'
    | 'cleanedLog'
    | 'vacuum'
  readonly severity: 'info' | 'warning'
  readonly what: string
  readonly evidence: string
  readonly advice: string
  /** The statement to run, where one helps; never run by us. */
  readonly sql: string | null
}
