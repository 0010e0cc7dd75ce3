import type { HistoryEntry } from '#delta/types.ts'
import type { RowChanges } from './catalogNode.ts'

/**
 * What a version did to the rows by its writer's own counts (operationMetrics of delta-io/delta); null where the operation
 * moves no rows or did not count them.
 */
export function rowChanges({ operation, operationMetrics }: Pick<HistoryEntry, 'operation' | 'operationMetrics'>): RowChanges | null {
  const count = (...names: readonly string[]): number | undefined => {
    const text = names.map(name => operationMetrics[name]).find(value => value !== undefined)
    const value = Number(text)
    return text === undefined || !Number.isFinite(value) ? undefined : value
  }
  switch (operation) {
    case 'MERGE':
      return changes(count('numTargetRowsInserted'), count('numTargetRowsUpdated'), count('numTargetRowsDeleted'))
    case 'DELETE':
      return changes(undefined, undefined, count('numDeletedRows'))
    case 'UPDATE':
      return changes(undefined, count('numUpdatedRows'), undefined)
    case 'OPTIMIZE':
    case 'RESTORE':
      return null
    case null:
    default:
      return changes(count('numOutputRows'), undefined, count('numDeletedRows'))
  }
}

function changes(added: number | undefined, updated: number | undefined, removed: number | undefined): RowChanges | null {
  if (added === undefined && updated === undefined && removed === undefined) return null
  return { added: added ?? 0, updated: updated ?? 0, removed: removed ?? 0 }
}
