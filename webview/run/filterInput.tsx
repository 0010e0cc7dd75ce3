import { Icon } from '../shared/icons.tsx'
import type { PartProps } from './parts.ts'
import type { Tab } from './savedState.ts'

/** Narrows a tab to what holds a text; Escape clears it. */
export function FilterInput({ strings, view, show, tab }: PartProps & { readonly tab: Tab }) {
  const { filters } = view.value
  const value = filters[tab] ?? ''
  const set = (next: string): void => show({ filters: { ...filters, [tab]: next } })
  return (
    <search class="dfp-filter">
      <Icon name="filter" />
      <input
        type="text"
        value={value}
        placeholder={strings.entries.filter}
        aria-label={strings.entries.filter}
        spellcheck={false}
        autocomplete="off"
        onInput={event => set(event.currentTarget.value)}
        onKeyDown={event => {
          if (event.key !== 'Escape' || value === '') return
          event.preventDefault()
          set('')
        }}
      />
      {value === '' ? null : (
        <button
          type="button"
          class="dfp-filterclear"
          title={strings.entries.clear}
          aria-label={strings.entries.clear}
          onClick={event => {
            event.currentTarget.parentElement?.querySelector('input')?.focus()
            set('')
          }}
        >
          <Icon name="clear" />
        </button>
      )}
    </search>
  )
}

/** Whether one of the texts holds the filter, in any case of letters. */
export function matches(filter: string, ...texts: readonly string[]): boolean {
  const wanted = filter.trim().toLowerCase()
  return wanted === '' || texts.some(text => text.toLowerCase().includes(wanted))
}
