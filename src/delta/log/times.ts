import type { NamedObject, ObjectInfo } from '#storage/objectStore.ts'
import type { Header } from '#delta/snapshot.ts'
import type { DeltaTable } from '#delta/table.ts'
import { countOr, type Wire } from '#base/wire.ts'

/** From which version on commits carry their own time, and which time that begins at. */
export interface InCommitTimes {
  readonly since: number
  /** Epoch ms; -Infinity when all versions that are left carry their own, NaN when the table does not say it. */
  readonly from: number
}

/** Undefined where commits carry no time of their own. */
export function inCommitTimes({ metadata: { configuration } }: Header): InCommitTimes | undefined {
  if (configuration['delta.enableInCommitTimestamps']?.toLowerCase() !== 'true') return undefined
  const since = configuration['delta.inCommitTimestampEnablementVersion']
  const from = configuration['delta.inCommitTimestampEnablementTimestamp']
  if (since === undefined && from === undefined) return { since: 0, from: -Infinity }
  return { since: Number(since ?? 0), from: Number(from ?? Number.NaN) }
}

/** The time that a commit carries, epoch ms. */
export function inCommitTime(commitInfo: Wire | undefined): number | undefined {
  return commitInfo && countOr(commitInfo, 'inCommitTimestamp')
}

/** What `stat` says of some objects; asks only for what their listing left open. */
export async function infosOf(table: DeltaTable, objects: readonly NamedObject[], signal: AbortSignal): Promise<readonly ObjectInfo[]> {
  const open = objects.filter(({ info }) => info === undefined).map(({ key }) => key)
  const asked = (await table.store.readHeads(open, 0, signal)).values()
  return objects.flatMap(({ info }) => info ?? asked.next().value?.info ?? [])
}
