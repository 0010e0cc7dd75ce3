import { isProblem, LakehouseError, type ProblemCode } from '#base/errors.ts'
import type { Report } from '#base/progress.ts'
import type { ObjectStore } from '#storage/objectStore.ts'

/** A Delta table as a place in a store; everything else is a function over it. */
export interface DeltaTable {
  readonly store: ObjectStore
  /** Prefix of the table without a trailing slash; empty for the root of the store. */
  readonly key: string
  /** How to name the table in a message. */
  readonly location: string
  /** Where an absolute URI of the log lies; undefined when it cannot be reached from here. */
  readonly resolve: (uri: string) => StoredAt | undefined
  /** Keeps what never changes: states of a version, footers. */
  readonly memo: Memo
  /** Hears how far the read is that this table was opened for; absent where nobody listens. */
  readonly report?: Report
}

/** A cache of immutable things; `weigh` in bytes, roughly. A failure is not kept. */
export type Memo = <T>(key: string, make: () => Promise<T>, weigh: (value: T) => number) => Promise<T>

/** One object of some store. */
export interface StoredAt {
  readonly store: ObjectStore
  readonly key: string
}

/** The table at `key`. Makes no request. `resolve` serves files that the log names by an absolute URI; `memo` keeps nothing when absent. */
export function openTable(
  store: ObjectStore,
  key: string,
  more: Partial<Pick<DeltaTable, 'resolve' | 'memo' | 'report'>> = {},
): DeltaTable {
  const trimmed = key.replace(/\/+$/, '')
  const { resolve = () => undefined, memo = (_key, make) => make(), ...rest } = more
  return Object.freeze({ store, key: trimmed, location: store.locate(trimmed).replace(/(?<=.)\/+$/, ''), resolve, memo, ...rest })
}

/** The key of a path below the table. */
export function keyOf({ key }: DeltaTable, path: string): string {
  return key === '' ? path : `${key}/${path}`
}

/** The object that a path of the log names: relative to the table, or an absolute URI. @throws LakehouseError `unsupported` */
export function locateFile(table: DeltaTable, path: string): StoredAt {
  if (!isAbsolute(path)) return { store: table.store, key: keyOf(table, path) }
  const found = table.resolve(path)
  if (found) return found
  throw problem(table, 'unsupported', `its file ${path} lies outside of the place that is open here`)
}

/** True for `s3://…`, `file:/…`, `/…`. */
export function isAbsolute(path: string): boolean {
  return /^[a-zA-Z][a-zA-Z0-9+.-]+:\//.test(path) || path.startsWith('/')
}

/** A failure of a table, at a version where one is known: "Cannot read <table> version 7: <why>." */
export function problem(
  table: DeltaTable,
  code: ProblemCode,
  why: string,
  more: { readonly version?: number; readonly hint?: string; readonly cause?: unknown; readonly feature?: string } = {},
): LakehouseError {
  const version = more.version === undefined ? '' : ` version ${more.version}`
  return new LakehouseError(code, `Cannot read ${table.location}${version}: ${why}.`, {
    ...(more.hint === undefined ? {} : { hint: more.hint }),
    ...(more.cause === undefined ? {} : { cause: more.cause }),
    ...(more.feature === undefined ? {} : { details: { feature: more.feature } }),
  })
}

/** Says of what was read in whatever goes wrong with it: "Cannot read <what>: <why>". An abort stays what it is. */
export async function whileReading<T>(what: string, task: () => Promise<T>): Promise<T> {
  try {
    return await task()
  } catch (error) {
    if (!isProblem(error) || error.code === 'cancelled') throw error
    const { code, message, hint, details } = error
    throw new LakehouseError(code, `Cannot read ${what}: ${message}`, {
      ...(hint === undefined ? {} : { hint }),
      ...(details === undefined ? {} : { details }),
      cause: error,
    })
  }
}
