import type { Json } from '#arrow/json.ts'
import type { Problem } from '#base/errors.ts'
import type { DeltaType, Protocol } from '#delta/types.ts'

/** How one version of a table is told from another, as plain data; field by field the JSON of `dataflow diff` (docs/command-line.md). */

export interface DiffRequest {
  /** Versions; `from` may be the newer one, which gives the same differences backwards. */
  readonly from: number
  readonly to: number
  /** Columns that name a row; without them rows are compared as multisets. */
  readonly key?: readonly string[]
  /** Rows shown at most. */
  readonly sample: number
  /** Bytes of changed files beyond which rows are not compared. */
  readonly mostBytes: number
}

export interface TableDiff {
  readonly from: number
  readonly to: number
  readonly schema: SchemaDiff
  readonly properties: PropertiesDiff
  /** Null when both are the same. */
  readonly protocol: { readonly from: Protocol; readonly to: Protocol } | null
  readonly partitionColumns: { readonly from: readonly string[]; readonly to: readonly string[] } | null
  /** Null where a reader feature stops the list of files. */
  readonly files: FilesDiff | null
  /** Null where `tooLarge` or `problem` says why. */
  readonly rows: RowsDiff | null
  /** Where the rows come from: change data that the table's writers left, or the files that only one version has. */
  readonly source: 'changeData' | 'files' | null
  /** Changed files that were not read, for the log says that their rows are the same (OPTIMIZE). */
  readonly rewrittenFiles: number
  /** Keys that several different rows of one version have; these rows count as added and removed. */
  readonly duplicateKeys: { readonly count: number; readonly example: JsonRow } | null
  readonly tooLarge: TooLarge | null
  readonly problem: Problem | null
  readonly sample: readonly RowChange[]
}

export interface SchemaDiff {
  readonly added: readonly DiffColumn[]
  readonly removed: readonly DiffColumn[]
  /** Of a type, a name (column mapping keeps track of it) or whether nulls are allowed; `name` is that in `to`. */
  readonly changed: readonly { readonly name: string; readonly from: ColumnState; readonly to: ColumnState }[]
}

/** Nested ones by a dotted path, with `element`, `key` and `value` for the parts of arrays and maps. */
export interface DiffColumn {
  readonly name: string
  readonly type: DeltaType
}

/** `type` is the kind alone for what has members of its own: `struct`, `array`, `map`. */
export interface ColumnState {
  readonly name: string
  readonly type: string
  readonly nullable: boolean
}

export interface PropertiesDiff {
  readonly added: Readonly<Record<string, string>>
  readonly removed: Readonly<Record<string, string>>
  readonly changed: Readonly<Record<string, { readonly from: string; readonly to: string }>>
}

/** A file whose deletion vector has changed is one that was removed and one that was added. */
export interface FilesDiff {
  readonly added: number
  readonly removed: number
  readonly addedBytes: number
  readonly removedBytes: number
}

export interface RowsDiff {
  readonly added: number
  readonly removed: number
  /** Rows of the same key with other values; 0 without a key. */
  readonly changed: number
}

export interface TooLarge {
  /** What reading the changed rows would take. */
  readonly bytes: number
  readonly mostBytes: number
  /** Asks Spark SQL for the three numbers of `rows`. */
  readonly query: string
}

export type JsonRow = Readonly<Record<string, Json>>

export type RowChange =
  | { readonly change: 'added' | 'removed'; readonly row: JsonRow }
  | { readonly change: 'changed'; readonly before: JsonRow; readonly after: JsonRow }
