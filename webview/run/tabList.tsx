import type { RunStrings } from './runStrings.ts'
import type { Tab } from './savedState.ts'

interface TabListProps {
  /** With how many things are in it, where that is known. */
  readonly tabs: readonly (readonly [Tab, number | undefined])[]
  readonly chosen: Tab
  readonly choose: (tab: Tab) => void
  readonly strings: RunStrings
}

/** Tabs by the pattern of WAI-ARIA: arrows, Home and End move and choose; Tab leaves to the part. */
export function TabList({ tabs, chosen, choose, strings }: TabListProps) {
  const names = tabs.map(([name]) => name)
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = targetOf(event.key, names.indexOf(chosen), names.length)
    const name = next === undefined ? undefined : names[next]
    if (!name) return
    event.preventDefault()
    choose(name)
    document.getElementById(`tab-${name}`)?.focus()
  }
  return (
    <div class="dfr-tabs" role="tablist" aria-label={strings.tabList} onKeyDown={onKeyDown}>
      {tabs.map(([name, count]) => (
        <button
          key={name}
          type="button"
          role="tab"
          id={`tab-${name}`}
          aria-selected={name === chosen}
          aria-controls={name === chosen ? `panel-${name}` : undefined}
          tabIndex={name === chosen ? 0 : -1}
          onClick={() => choose(name)}
        >
          {strings.tabs[name]}
          {count === undefined ? null : <span class="dfr-count">{count.toLocaleString(strings.language)}</span>}
        </button>
      ))}
    </div>
  )
}

function targetOf(key: string, at: number, count: number): number | undefined {
  if (key === 'ArrowRight') return (at + 1) % count
  if (key === 'ArrowLeft') return (at - 1 + count) % count
  if (key === 'Home') return 0
  return key === 'End' ? count - 1 : undefined
}
