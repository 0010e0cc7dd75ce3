import { useSignal, type Signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { PreviewTable, PreviewVersion } from '#protocol/preview.ts'
import { Icon } from '../shared/icons.tsx'
import type { Strings } from '../shared/strings.ts'
import { afterKey } from './versionKeys.ts'
import type { Versions } from './versions.ts'

/** Pixels above the end of the list at which older versions are read. */
const nearEnd = 120

interface VersionListProps {
  readonly table: PreviewTable
  readonly versions: Versions
  readonly strings: Strings
  readonly choose: (version: number) => void
  readonly close: () => void
}

/** All versions with operation and time, newest first; grows as it is scrolled or walked through. */
export function VersionList(props: VersionListProps) {
  const { table, versions, strings, choose } = props
  const { versions: known, isLoading } = versions.list.value
  const list = useRef<HTMLDivElement>(null)
  const active = useSignal(table.version)
  useEffect(() => list.current?.focus(), [])
  useEffect(() => list.current?.querySelector('[data-active="true"]')?.scrollIntoView({ block: 'nearest' }), [active.value, known.length])
  const isActiveKnown = known.some(({ version }) => version === active.value)
  return (
    <div
      class="dfp-list"
      ref={list}
      role="listbox"
      tabIndex={0}
      aria-label={strings.preview.versions}
      aria-activedescendant={isActiveKnown ? optionId(active.value) : undefined}
      aria-busy={isLoading}
      onKeyDown={event => keyDown(event, active, props)}
      onScroll={({ currentTarget: { scrollTop, clientHeight, scrollHeight } }) => {
        if (scrollHeight - scrollTop - clientHeight < nearEnd) void versions.loadMore()
      }}
    >
      {known.map(entry => (
        <Option
          key={entry.version}
          entry={entry}
          isActive={entry.version === active.value}
          isShown={entry.version === table.version}
          strings={strings}
          choose={choose}
        />
      ))}
      <LastLine versions={versions} strings={strings} />
    </div>
  )
}

function keyDown(event: KeyboardEvent, active: Signal<number>, { versions, choose, close }: VersionListProps): void {
  const known = versions.list.value.versions
  if (event.key === 'Tab' || event.key === 'Escape') close()
  else if (event.key === 'Enter' || event.key === ' ') {
    if (known.some(({ version, readable }) => version === active.value && readable)) choose(active.value)
  } else {
    const numbers = known.map(({ version }) => version)
    const next = afterKey(numbers, active.value, event.key)
    if (next === undefined) return
    active.value = next
    if (next === numbers.at(-1)) void versions.loadMore()
  }
  if (event.key !== 'Tab') event.preventDefault()
  event.stopPropagation()
}

/** What is under way or failed at the end of the list. */
function LastLine({ versions, strings }: Pick<VersionListProps, 'versions' | 'strings'>) {
  const { versions: known, isLoading, error } = versions.list.value
  if (isLoading) {
    return (
      <div class="dfp-listnote" role="option" aria-disabled="true" aria-selected="false">
        {known.length === 0 ? strings.grid.loading : strings.preview.olderVersions}
      </div>
    )
  }
  if (!error) return null
  return (
    <div class="dfp-listnote" role="option" aria-selected="false" onClick={() => void versions.loadMore()}>
      {`${error.message} · ${strings.preview.retry}`}
    </div>
  )
}

interface OptionProps {
  readonly entry: PreviewVersion
  readonly isActive: boolean
  readonly isShown: boolean
  readonly strings: Strings
  readonly choose: (version: number) => void
}

function Option({ entry: { version, operation, timestamp, readable }, isActive, isShown, strings, choose }: OptionProps) {
  return (
    <div
      id={optionId(version)}
      class="dfp-option"
      role="option"
      aria-selected={isShown}
      aria-disabled={!readable}
      data-active={isActive}
      title={timestamp}
      onClick={() => readable && choose(version)}
    >
      <span class="dfp-optioncheck">{isShown ? <Icon name="check" /> : null}</span>
      <span class="dfp-optionversion">{version}</span>
      <span class="dfp-optionoperation">{operation ?? ''}</span>
      <span class="dfp-quiet">{readable ? timeText(timestamp, strings) : strings.preview.unreadable}</span>
    </div>
  )
}

function optionId(version: number): string {
  return `version-${version}`
}

function timeText(timestamp: string, { language }: Strings): string {
  return new Date(timestamp).toLocaleString(language, { dateStyle: 'medium', timeStyle: 'medium' })
}
