import type { Direction } from './selection.ts'

/** What a key asks of the grid. */
export type GridCommand =
  | { readonly kind: 'move'; readonly direction: Direction; readonly extend: boolean }
  | { readonly kind: 'selectAll' | 'selectRow' | 'selectColumn' | 'copy' | 'toggleDetail' | 'closeDetail' }
  | { readonly kind: 'resize'; readonly by: number }

/** The parts of a KeyboardEvent that count. */
export interface Key {
  readonly key: string
  readonly shiftKey: boolean
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
}

const resizeStep = 16

const arrows: Readonly<Record<string, Direction>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
  PageUp: 'pageUp',
  PageDown: 'pageDown',
  Home: 'rowStart',
  End: 'rowEnd',
}
const withControl: Readonly<Record<string, Direction>> = {
  Home: 'gridStart',
  End: 'gridEnd',
  ArrowUp: 'gridTop',
  ArrowDown: 'gridBottom',
  ArrowLeft: 'rowStart',
  ArrowRight: 'rowEnd',
}

/** The command of a key, undefined for one that is not the grid's; Command counts as Control. */
export function commandOf({ key, shiftKey, ctrlKey, metaKey, altKey }: Key): GridCommand | undefined {
  const control = ctrlKey || metaKey
  if (altKey) return control || shiftKey ? undefined : resizeOf(key)
  const direction = (control ? withControl : arrows)[key]
  if (direction) return { kind: 'move', direction, extend: shiftKey }
  if (control && !shiftKey && key.toLowerCase() === 'a') return { kind: 'selectAll' }
  if (control && !shiftKey && key.toLowerCase() === 'c') return { kind: 'copy' }
  if (key === ' ') return control ? { kind: 'selectColumn' } : shiftKey ? { kind: 'selectRow' } : undefined
  if (control || shiftKey) return undefined
  if (key === 'Enter') return { kind: 'toggleDetail' }
  return key === 'Escape' ? { kind: 'closeDetail' } : undefined
}

function resizeOf(key: string): GridCommand | undefined {
  if (key === 'ArrowRight') return { kind: 'resize', by: resizeStep }
  return key === 'ArrowLeft' ? { kind: 'resize', by: -resizeStep } : undefined
}
