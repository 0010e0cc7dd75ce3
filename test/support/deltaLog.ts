import { LakehouseError } from '#base/errors.ts'
import { listFiles } from '#delta/reads.ts'
import { openTable, type DeltaTable } from '#delta/table.ts'
import type { At, FileEntry } from '#delta/types.ts'
import { MemoryStore } from '../fakes/memoryStore.ts'

/** A log in memory, which remembers what was read of it. */
export interface LogInMemory {
  readonly table: DeltaTable
  readonly store: MemoryStore
  /** Names below `_delta_log/` that were read, in order. */
  readonly reads: string[]
  /** Writes a file of the log: lines of JSON, or text as it is. */
  readonly put: (name: string, content: readonly unknown[] | string, modified?: number) => Promise<void>
  /** Writes version `version`. */
  readonly commit: (version: number, actions: readonly unknown[] | string, modified?: number) => Promise<void>
}

export const protocol = { protocol: { minReaderVersion: 1, minWriterVersion: 2 } }
export const schemaString = '{"type":"struct","fields":[{"name":"id","type":"long","nullable":true,"metadata":{}}]}'

export function metadata(configuration: Readonly<Record<string, string>> = {}, more: object = {}) {
  return { metaData: { id: 'x', format: { provider: 'parquet' }, partitionColumns: [], schemaString, configuration, ...more } }
}

export function add(path: string, more: object = {}) {
  return { add: { path, size: 10, partitionValues: {}, modificationTime: 0, dataChange: true, stats: '{"numRecords":2}', ...more } }
}

export function remove(path: string, more: object = {}) {
  return { remove: { path, dataChange: true, ...more } }
}

/** Name of a commit. */
export function commitName(version: number): string {
  return `${String(version).padStart(20, '0')}.json`
}

export function logInMemory(): LogInMemory {
  const store = new MemoryStore()
  const reads: string[] = []
  const read = store.read.bind(store)
  store.read = (key, range, signal) => {
    reads.push(key.replace('t/_delta_log/', ''))
    return read(key, range, signal)
  }
  const put: LogInMemory['put'] = async (name, content, modified = 0) => {
    store.modified = modified
    const text = typeof content === 'string' ? content : content.map(line => JSON.stringify(line)).join('\n')
    await store.put(`t/_delta_log/${name}`, new TextEncoder().encode(text))
  }
  return {
    table: openTable(store, 't'),
    store,
    reads,
    put,
    commit: (version, actions, modified) => put(commitName(version), actions, modified),
  }
}

/** All active files of a version. */
export async function filesOf(table: DeltaTable, at: At = {}): Promise<readonly FileEntry[]> {
  return (await listFiles(table, { at, offset: 0, limit: Infinity }, new AbortController().signal)).files
}

/** Matches a failure by its code and what its message says. */
export function problemLike(code: LakehouseError['code'], message: RegExp) {
  return (error: unknown): boolean => error instanceof LakehouseError && error.code === code && message.test(error.message)
}
