import type { Memento } from 'vscode'
import type { RunFilter } from '#app/trackingTree.ts'

const key = 'mlflow.filters'

/** Filters of runs outlive the window, as what is open in a tree does. */
export async function saveFilters(state: Memento, filters: readonly RunFilter[]): Promise<void> {
  await state.update(key, filters.length === 0 ? undefined : filters)
}

/** Those that an earlier window kept; what is none is left out. */
export function savedFilters(state: Memento): readonly RunFilter[] {
  const kept = state.get<unknown>(key)
  return Array.isArray(kept) ? kept.filter(isFilter) : []
}

function isFilter(value: unknown): value is RunFilter {
  return (
    typeof value === 'object' &&
    value !== null &&
    ['connection', 'experimentId', 'filter'].every(name => typeof Reflect.get(value, name) === 'string')
  )
}
