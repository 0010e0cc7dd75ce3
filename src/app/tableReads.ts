import type { At, FileEntry, HistoryPage, RowsRequest, TableDescription, TableRows } from '#delta/types.ts'
import type { Place } from './place.ts'

/**
 * Reads of Delta tables. Served by a worker thread in the editor and in process on the command line; both sides of the
 * thread speak this contract over a Peer.
 */
export interface TableReads {
  describe(table: { readonly place: Place; readonly at: At }, signal: AbortSignal): Promise<TableDescription>
  /** Versions below `before`, from the newest when absent. */
  history(table: { readonly place: Place; readonly before?: number; readonly limit: number }, signal: AbortSignal): Promise<HistoryPage>
  files(table: { readonly place: Place; readonly at: At }, signal: AbortSignal): Promise<readonly FileEntry[]>
  /** @throws LakehouseError `unsupported` with the name of a reader feature that this reader does not have. */
  rows(table: { readonly place: Place; readonly at: At; readonly rows: RowsRequest }, signal: AbortSignal): Promise<TableRows>
}
