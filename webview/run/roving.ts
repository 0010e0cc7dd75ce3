import { useRef } from 'preact/hooks'
import type { RefObject } from 'preact'

interface Roving<T> {
  readonly ref: RefObject<T | null>
  readonly onKeyDown: (event: KeyboardEvent) => void
  readonly onFocusIn: (event: FocusEvent) => void
}

/** One stop of the Tab key for many elements: arrows up and down, Home and End move between those that a selector names. */
export function useRoving<T extends HTMLElement>(selector: string): Roving<T> {
  const ref = useRef<T>(null)
  const all = (): readonly HTMLElement[] => Array.from(ref.current?.querySelectorAll<HTMLElement>(selector) ?? [])
  return {
    ref,
    onKeyDown: event => {
      const elements = all()
      const at = elements.findIndex(element => element === document.activeElement)
      const next = at < 0 ? undefined : elements[targetOf(event.key, at, elements.length)]
      if (!next) return
      event.preventDefault()
      next.focus()
    },
    onFocusIn: event => {
      for (const element of all()) element.tabIndex = element === event.target ? 0 : -1
    },
  }
}

function targetOf(key: string, at: number, count: number): number {
  if (key === 'ArrowDown') return at + 1
  if (key === 'ArrowUp') return at - 1
  if (key === 'Home') return 0
  return key === 'End' ? count - 1 : -1
}
