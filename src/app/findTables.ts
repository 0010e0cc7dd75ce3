import { toProblem, type Problem } from '#base/errors.ts'
import { limit } from '#base/limit.ts'
import type { ObjectStore } from '#storage/objectStore.ts'
import type { StoreSpec } from '#storage/storeSpec.ts'
import { below, type Place } from './place.ts'
import type { TableReads } from './tableReads.ts'

/** A Delta table found below a place: its newest version, or why that cannot be told. */
export type FoundTable = { readonly place: Place } & (
  | { readonly latestVersion: number; readonly problem: null }
  | { readonly latestVersion: null; readonly problem: Problem }
)

export interface FindPorts {
  readonly open: (store: StoreSpec) => ObjectStore
  readonly reads: Pick<TableReads, 'history' | 'header'>
}

const requestsAtOnce = 8
const logFolder = '_delta_log/'

/**
 * All Delta tables at or below a place, in order of their paths. Looks into every folder that is not part of a table, eight at
 * once. A table that cannot be read is an answer, not a failure.
 */
export async function* findTables(ports: FindPorts, root: Place, signal: AbortSignal): AsyncGenerator<FoundTable, void> {
  const atOnce = limit(requestsAtOnce)
  const store = ports.open(root.store)
  const found: Place[] = []
  const look = async (folder: Place): Promise<void> => {
    const names = await atOnce(() => subfolders(store, folder.key, signal))
    if (names.includes(logFolder)) found.push(folder)
    else await Promise.all(names.map(name => look(below(folder, name.slice(0, -1)))))
  }
  await look(root)
  found.sort((a, b) => (a.key < b.key ? -1 : 1))
  const versions = found.map(place => atOnce(() => latestOf(ports.reads, place, signal)))
  // A failure is thrown where its turn comes; the others must not count as unhandled meanwhile.
  for (const version of versions) version.catch(() => {})
  for (const version of versions) yield await version
}

/** Names of the folders in a folder, each with its slash; only the log's where there is one. */
async function subfolders(store: ObjectStore, key: string, signal: AbortSignal): Promise<readonly string[]> {
  const prefix = key === '' ? '' : `${key}/`
  const names: string[] = []
  let continuation: string | undefined
  do {
    const page = await store.list({ prefix, delimiter: '/', ...(continuation === undefined ? {} : { continuation }) }, signal)
    for (const folder of page.prefixes) names.push(folder.slice(prefix.length))
    if (names.includes(logFolder)) return [logFolder]
    continuation = page.next
  } while (continuation !== undefined)
  return names.filter(name => name !== '/')
}

async function latestOf(reads: FindPorts['reads'], place: Place, signal: AbortSignal): Promise<FoundTable> {
  try {
    const { entries } = await reads.history({ place, limit: 1 }, signal)
    const [newest] = entries
    if (newest) return { place, latestVersion: newest.version, problem: null }
    // A log of which only a checkpoint is left has a version, but no history.
    const { latestVersion } = await reads.header({ place, at: {} }, signal)
    return { place, latestVersion, problem: null }
  } catch (error) {
    signal.throwIfAborted()
    const problem = toProblem(error)
    if (!problem) throw error
    return { place, latestVersion: null, problem }
  }
}
