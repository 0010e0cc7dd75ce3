/** What the Delta reader answers, as plain data that crosses threads; field by field the JSON of the command line (docs/command-line.md). */

/** Which version of a table; the newest when empty. */
export type At = { readonly version?: number; readonly timestamp?: never } | { readonly timestamp: string; readonly version?: never }

/** A Delta schema type as in the log: a name, or an object with `type`. */
export type DeltaType = string | DeltaStruct | DeltaArray | DeltaMap
export interface DeltaStruct {
  readonly type: 'struct'
  readonly fields: readonly DeltaField[]
}
export interface DeltaArray {
  readonly type: 'array'
  readonly elementType: DeltaType
  readonly containsNull: boolean
}
export interface DeltaMap {
  readonly type: 'map'
  readonly keyType: DeltaType
  readonly valueType: DeltaType
  readonly valueContainsNull: boolean
}
export interface DeltaField {
  readonly name: string
  readonly type: DeltaType
  readonly nullable: boolean
  readonly metadata: Readonly<Record<string, unknown>>
}

export interface Protocol {
  readonly minReaderVersion: number
  readonly minWriterVersion: number
  readonly readerFeatures: readonly string[]
  readonly writerFeatures: readonly string[]
}

/** What a version says about its table without its files. */
export interface TableHeader {
  readonly version: number
  readonly name: string | null
  readonly description: string | null
  readonly protocol: Protocol
  /** Null when the metadata has none. */
  readonly schema: DeltaStruct | null
  readonly partitionColumns: readonly string[]
  readonly properties: Readonly<Record<string, string>>
  readonly earliestVersion: number
  readonly latestVersion: number
}

export interface TableDescription extends TableHeader {
  /** ISO-8601 UTC. */
  readonly timestamp: string
  readonly clusteringColumns: readonly string[]
  /** The three counts are null where a reader feature stops the file list; numRecords also where a file has no statistics. */
  readonly numFiles: number | null
  readonly sizeBytes: number | null
  readonly numRecords: number | null
  /** Sentences on what is odd in the log though it can be read: a checksum that says something else, an empty commit. */
  readonly warnings: readonly string[]
}

export interface HistoryEntry {
  readonly version: number
  /** ISO-8601 UTC: the time that time travel uses. */
  readonly timestamp: string
  readonly operation: string | null
  readonly operationParameters: Readonly<Record<string, unknown>>
  readonly operationMetrics: Readonly<Record<string, string>>
  readonly userName: string | null
  readonly userMetadata: string | null
  /** False when the version can no longer be rebuilt. */
  readonly readable: boolean
}

export interface HistoryPage {
  /** Newest first. */
  readonly entries: readonly HistoryEntry[]
  readonly more: boolean
}

export interface FileEntry {
  /** As in the log: relative to the table, or absolute; percent-decoded. */
  readonly path: string
  readonly sizeBytes: number
  readonly numRecords: number | null
  readonly partitionValues: Readonly<Record<string, string | null>>
  readonly deletionVector: { readonly cardinality: number } | null
}

export interface FilesRequest {
  readonly at: At
  /** Files [offset, offset + limit) in log order. */
  readonly offset: number
  /** Infinity for all. */
  readonly limit: number
}

export interface FilesPage {
  /** The version whose files these are; name it to read on in the same one. */
  readonly version: number
  readonly files: readonly FileEntry[]
  /** Active files of the version in all. */
  readonly total: number
  /** As those of {@link TableDescription}. */
  readonly warnings: readonly string[]
}

export interface RowsRequest {
  /** Rows [offset, offset + limit) in log order of the files. */
  readonly offset: number
  /** Infinity for all. */
  readonly limit: number
  /** Top-level logical names in the order wanted; all when absent. */
  readonly columns?: readonly string[]
  /** A condition in the words of Spark SQL; rows are then those for which it is true. Times without a zone are UTC. */
  readonly filter?: string
}

export interface TableRows {
  readonly version: number
  readonly schema: DeltaStruct
  /** One Arrow IPC stream. */
  readonly arrow: Uint8Array
  readonly rows: number
  /** True when the table has rows beyond these. */
  readonly truncated: boolean
  /** As those of {@link TableDescription}. */
  readonly warnings: readonly string[]
}
