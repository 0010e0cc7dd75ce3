// What a process that opens a table loads: bundled as the product is, and no more of it.
import { listLog } from '#delta/log/log.ts'
import { loadSnapshot } from '#delta/snapshot.ts'
import { openTable } from '#delta/table.ts'
import { openStore } from '#storage/openStore.ts'
import type { CredentialSource, StoreSpec } from '#storage/storeSpec.ts'

/** The newest state of a table: paths and sizes of all files in memory. */
export async function openSnapshot(store: StoreSpec, key: string, credentials: CredentialSource) {
  const { signal } = new AbortController()
  const table = openTable(openStore(store, credentials), key)
  const log = await listLog(table, signal)
  const { files } = await loadSnapshot(table, log, log.latestVersion, signal)
  if (!files) throw new Error('there are no files')
  return files
}
