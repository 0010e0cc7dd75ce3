import { deltaTableName } from '#base/sqlNames.ts'
import type { StoreSpec } from '#storage/storeSpec.ts'

/** A place in a lake: a store and a key prefix in it (no trailing slash; empty for the root). */
export interface Place {
  readonly store: StoreSpec
  readonly key: string
}

/** How people write a place: `s3://bucket/key`, or a path. */
export function locationOf({ store, key }: Place): string {
  if (store.kind === 's3') return key === '' ? `s3://${store.bucket}` : `s3://${store.bucket}/${key}`
  return key === '' ? store.folder : `${store.folder.replace(/[/\\]$/, '')}/${key}`
}

/** The last part of a place: a folder, table or bucket by its own name. */
export function nameOf({ store, key }: Place): string {
  const whole = key === '' ? (store.kind === 's3' ? store.bucket : store.folder) : key
  return whole.split(/[/\\]/).findLast(part => part !== '') ?? whole
}

/** The place of one name below another. */
export function below(place: Place, name: string): Place {
  return { store: place.store, key: place.key === '' ? name : `${place.key}/${name}` }
}

/** One text per place, for caches and node ids. */
export function placeId({ store, key }: Place): string {
  return store.kind === 's3' ? JSON.stringify([store.connection, store.bucket, key]) : JSON.stringify([store.folder, key])
}

/** A statement that reads one version of a table in Spark. */
export function selectStatement(table: Place, version: number): string {
  return `SELECT * FROM ${deltaTableName(locationOf(table))} VERSION AS OF ${version}`
}
