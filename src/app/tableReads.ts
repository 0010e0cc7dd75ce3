import type { Report } from '#base/progress.ts'
import type { DiffRequest, TableDiff } from '#delta/diff/diffTypes.ts'
import type { TableHealth } from '#delta/health/healthTypes.ts'
import type { At, FilesPage, FilesRequest, HistoryPage, RowsRequest, TableDescription, TableHeader, TableRows } from '#delta/types.ts'
import type { ListPage, ListRequest } from '#storage/objectStore.ts'
import type { StoreSpec } from '#storage/storeSpec.ts'
import type { Place } from './place.ts'

/**
 * Reads of Delta tables. Served by a worker thread in the editor and in process on the command line; both sides of the
 * thread speak this contract over a Peer. A read that takes long tells `report` how far it is, ten times a second at most.
 */
export interface TableReads {
  /** One page of the names of a bucket or folder, as the store lists them: the log of a table alone may have 100,000. */
  list(folder: { readonly store: StoreSpec; readonly request: ListRequest }, signal: AbortSignal): Promise<ListPage>
  /** What a version says about its table without its files: quick however many these are. */
  header(table: { readonly place: Place; readonly at: At }, signal: AbortSignal, report?: Report): Promise<TableHeader>
  describe(table: { readonly place: Place; readonly at: At }, signal: AbortSignal, report?: Report): Promise<TableDescription>
  /** Versions below `before`, from the newest when absent. */
  history(
    table: { readonly place: Place; readonly before?: number; readonly limit: number },
    signal: AbortSignal,
    report?: Report,
  ): Promise<HistoryPage>
  /** A page of the active files; the version it names keeps the next page consistent with it. */
  files(table: FilesRequest & { readonly place: Place }, signal: AbortSignal, report?: Report): Promise<FilesPage>
  /** @throws LakehouseError `unsupported` with the name of a reader feature that this reader does not have. */
  rows(
    table: { readonly place: Place; readonly at: At; readonly rows: RowsRequest },
    signal: AbortSignal,
    report?: Report,
  ): Promise<TableRows>
  /** What is different in one version from another; what stops the comparison of rows stands in the answer. */
  diff(table: DiffRequest & { readonly place: Place }, signal: AbortSignal, report?: Report): Promise<TableDiff>
  /** Health of a version and of the table around it; `retentionHours` of VACUUM, the table's own when absent. Reads the log alone. */
  health(
    table: { readonly place: Place; readonly at: At; readonly retentionHours?: number },
    signal: AbortSignal,
    report?: Report,
  ): Promise<TableHealth>
  /** The credentials of a connection have changed: they are asked for again. */
  renew(of: { readonly connection: string }, signal: AbortSignal): Promise<void>
}
