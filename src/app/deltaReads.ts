import { systemClock } from '#base/clock.ts'
import { Lru } from '#base/lru.ts'
import { throttled, type Report } from '#base/progress.ts'
import { describeTable, diffTable, listFiles, listHistory, readTableHeader, readTableHealth, readTableRows } from '#delta/reads.ts'
import { openTable, type DeltaTable, type Memo, type StoredAt } from '#delta/table.ts'
import type { ObjectStore } from '#storage/objectStore.ts'
import type { StoreSpec } from '#storage/storeSpec.ts'
import type { Place } from './place.ts'
import type { TableReads } from './tableReads.ts'

/** Reads in this thread. States of versions and footers stay in memory, the most recently used up to a bound. */
export function createTableReads(openStore: (spec: StoreSpec) => ObjectStore, renew: (connection: string) => void = () => {}): TableReads {
  const memo = createMemo(memoBytes)
  const open = ({ store, key }: Place, report: Report | undefined): DeltaTable =>
    openTable(openStore(store), key, {
      memo,
      resolve: uri => resolveUri(uri, store, openStore),
      ...(report ? { report: throttled(report) } : {}),
    })
  return {
    list: ({ store, request }, signal) => openStore(store).list(request, signal),
    header: ({ place, at }, signal, report) => readTableHeader(open(place, report), at, signal),
    describe: ({ place, at }, signal, report) => describeTable(open(place, report), at, signal),
    history: ({ place, before, limit }, signal, report) =>
      listHistory(open(place, report), before === undefined ? { limit } : { before, limit }, signal),
    files: ({ place, ...request }, signal, report) => listFiles(open(place, report), request, signal),
    health: ({ place, at, retentionHours }, signal, report) =>
      readTableHealth(
        open(place, report),
        at,
        { now: systemClock.now(), ...(retentionHours === undefined ? {} : { retentionHours }) },
        signal,
      ),
    rows: ({ place, at, rows }, signal, report) => readTableRows(open(place, report), at, rows, signal),
    diff: ({ place, ...request }, signal, report) => diffTable(open(place, report), request, signal),
    renew: async ({ connection }) => renew(connection),
  }
}

const memoBytes = 256 * 1024 * 1024

function createMemo(capacity: number): Memo {
  const kept = new Lru<string, { readonly value: unknown; readonly weight: number }>(capacity, ({ weight }) => weight)
  const making = new Map<string, Promise<void>>()
  return async <T>(key: string, make: () => Promise<T>, weigh: (value: T) => number): Promise<T> => {
    // What one reads, others wait for; the next of them reads it anew where that one failed or left.
    for (let other = making.get(key); other; other = making.get(key)) await other
    const known = kept.get(key)
    // SAFETY: the beginning of a key names the kind of its value.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    if (known) return known.value as T
    const made = make()
    making.set(
      key,
      made.then(
        () => {},
        () => {},
      ),
    )
    try {
      const value = await made
      kept.set(key, { value, weight: weigh(value) })
      return value
    } finally {
      making.delete(key)
    }
  }
}

/** Where an absolute URI of a log lies, through the same service as its table: another bucket, another folder. */
function resolveUri(uri: string, spec: StoreSpec, openStore: (spec: StoreSpec) => ObjectStore): StoredAt | undefined {
  if (spec.kind === 's3') {
    const [, bucket, key] = /^s3[an]?:\/\/([^/]+)\/(.+)$/.exec(uri) ?? []
    return bucket === undefined || key === undefined ? undefined : { store: openStore({ ...spec, bucket }), key }
  }
  const path = uri.replace(/^file:\/*/, '/')
  if (!path.startsWith('/')) return undefined
  const [, drive = '/', rest = ''] = /^\/([A-Za-z]:\/)?(.*)$/.exec(path) ?? []
  return { store: openStore({ kind: 'local', folder: drive }), key: rest.replace(/^\/+/, '') }
}
