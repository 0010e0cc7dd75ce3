import { ProgressCount } from '#base/progress.ts'
import { fileKey, type Action, type AddFile, type Metadata, type RemoveFile } from '#delta/actions.ts'
import { readCommits } from '#delta/log/commits.ts'
import type { CommitFile } from '#delta/log/logNames.ts'
import type { Header } from '#delta/snapshot.ts'
import type { DeltaTable } from '#delta/table.ts'
import type { Protocol } from '#delta/types.ts'

/** What the commits between two versions did to one file. */
export interface TouchedFile {
  readonly file: RemoveFile
  /** The newest add of it. */
  readonly add: AddFile | undefined
  /** True when it is active after the last commit. */
  readonly isActive: boolean
  /** Adds less removes, over the commits that changed data and left no change data for it. */
  readonly net: number
}

/** What the commits between two versions did. */
export interface CommitRange {
  /** By {@link fileKey}; undefined when there are more than can be held. */
  readonly touched: ReadonlyMap<string, TouchedFile> | undefined
  /** False when all files were only rewritten or put in order. */
  readonly hasDataChange: boolean
  /** Files of change data, of the commits that have them. */
  readonly changes: readonly AddFile[]
  /** True when every commit has the columns of the first version. */
  readonly isOneSchema: boolean
  /** The newest, where a commit has one. */
  readonly protocol: Protocol | undefined
  readonly metadata: Metadata | undefined
}

const mostTouched = 200_000

/** Reads the commits in order; `before` is the version that they follow. @throws LakehouseError `corrupt`, `notFound` */
export async function readCommitRange(
  table: DeltaTable,
  commits: readonly CommitFile[],
  before: Header,
  signal: AbortSignal,
): Promise<CommitRange> {
  const range = new RangeTally(before)
  const progress = new ProgressCount(table.report, { stage: 'log', total: commits.length, unit: 'files' })
  for await (const { parts } of readCommits(table, commits, 'files', signal)) {
    range.add(parts.flat())
    progress.add(1)
  }
  return range
}

class RangeTally implements CommitRange {
  readonly #layout: string
  #touched: Map<string, TouchedFile> | undefined = new Map()
  readonly changes: AddFile[] = []
  hasDataChange = false
  isOneSchema = true
  protocol: Protocol | undefined
  metadata: Metadata | undefined

  constructor(before: Header) {
    this.#layout = layoutOf(before.metadata)
  }

  get touched(): ReadonlyMap<string, TouchedFile> | undefined {
    return this.#touched
  }

  add(actions: readonly Action[]): void {
    const files = actions.filter(action => action.kind === 'add' || action.kind === 'remove')
    const isChange = files.some(({ dataChange }) => dataChange)
    // A commit without files changes no row, whatever its change data says.
    const hasChangeData = files.length > 0 && actions.some(action => action.kind === 'change')
    this.hasDataChange ||= isChange || hasChangeData
    const weight = isChange && !hasChangeData ? 1 : 0
    for (const action of actions) {
      if (action.kind === 'add') this.#touch(action.add, action.add, weight)
      else if (action.kind === 'remove') this.#touch(action.remove, undefined, -weight)
      else if (action.kind === 'change' && hasChangeData) this.changes.push(action.change)
      else if (action.kind === 'protocol') this.protocol = action.protocol
      else if (action.kind === 'metadata') {
        this.metadata = action.metadata
        this.isOneSchema &&= layoutOf(action.metadata) === this.#layout
      }
    }
  }

  #touch(file: RemoveFile, add: AddFile | undefined, net: number): void {
    const key = fileKey(file)
    const known = this.#touched?.get(key)
    this.#touched?.set(key, { file, add: add ?? known?.add, isActive: add !== undefined, net: (known?.net ?? 0) + net })
    if (this.#touched && this.#touched.size > mostTouched) this.#touched = undefined
  }
}

/** What says how the columns of files are read. */
function layoutOf({ schemaString, partitionColumns, configuration }: Metadata): string {
  return JSON.stringify([schemaString, partitionColumns, configuration['delta.columnMapping.mode'] ?? 'none'])
}
