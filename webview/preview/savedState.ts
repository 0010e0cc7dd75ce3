import type { SavedPreview } from '#protocol/preview.ts'
import type { GridView } from '../shared/grid/gridModel.ts'

/** What the page keeps over hiding and reloading: what the extension needs, and where the reader was. */
export interface SavedPage extends Partial<SavedPreview> {
  readonly view?: GridView
  /** What the rows are filtered by; empty for nothing. */
  readonly filter?: string
}

/** The state that a page of ours saved; empty for anything else. */
export function readSavedPage(state: unknown): SavedPage {
  const [place, version, filter] = [member(state, 'place'), member(state, 'version'), member(state, 'filter')]
  const view = readView(member(state, 'view'))
  return {
    ...(typeof place === 'string' ? { place } : {}),
    ...(isCount(version) ? { version } : {}),
    ...(view ? { view } : {}),
    ...(typeof filter === 'string' ? { filter } : {}),
  }
}

function readView(value: unknown): GridView | undefined {
  const [row, left, widths, active] = ['row', 'left', 'widths', 'active'].map(name => member(value, name))
  const [activeRow, activeColumn] = [member(active, 'row'), member(active, 'column')]
  if (!isCount(row) || !isCount(left) || !Array.isArray(widths) || !widths.every(isCount)) return undefined
  if (typeof activeRow !== 'number' || !isCount(activeColumn)) return undefined
  return { row, left, widths, active: { row: activeRow, column: activeColumn } }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined
}
