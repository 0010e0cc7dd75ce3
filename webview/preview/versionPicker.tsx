import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { PreviewTable, PreviewVersion } from '#protocol/preview.ts'
import { Icon } from '../shared/icons.tsx'
import type { Strings } from '../shared/strings.ts'
import { afterKey } from './versionKeys.ts'
import type { Versions } from './versions.ts'

/** Pixels above the end of the list at which older versions are read. */
const nearEnd = 120

interface PickerProps {
  readonly table: PreviewTable
  readonly versions: Versions
  readonly strings: Strings
  readonly choose: (version: number) => void
}

/** The version on show; opens a list of all, with operation and time, that grows as it is scrolled. */
export function VersionPicker({ table, versions, strings, choose }: PickerProps) {
  const isOpen = useSignal(false)
  const button = useRef<HTMLButtonElement>(null)
  const root = useRef<HTMLDivElement>(null)
  const open = (): void => {
    isOpen.value = true
    void versions.refresh()
  }
  const close = (): void => {
    isOpen.value = false
    button.current?.focus()
  }
  useEffect(() => {
    const onPointer = (event: PointerEvent): void => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) isOpen.value = false
    }
    document.addEventListener('pointerdown', onPointer)
    return () => document.removeEventListener('pointerdown', onPointer)
  }, [])
  return (
    <div class="dfp-picker" ref={root}>
      <button
        type="button"
        class="dfp-versionbutton"
        ref={button}
        aria-haspopup="listbox"
        aria-expanded={isOpen.value}
        title={strings.preview.chooseVersion}
        onClick={() => (isOpen.value ? close() : open())}
        onKeyDown={event => {
          if (event.key !== 'ArrowDown' || isOpen.value) return
          event.preventDefault()
          open()
        }}
      >
        {strings.preview.version(String(table.version))}
        {table.version === table.latestVersion ? <span class="dfp-badge">{strings.preview.newest}</span> : null}
        <Icon name="chevron" />
      </button>
      {isOpen.value ? (
        <VersionListbox
          table={table}
          versions={versions}
          strings={strings}
          close={close}
          choose={version => {
            close()
            if (version !== table.version) choose(version)
          }}
        />
      ) : null}
    </div>
  )
}

function VersionListbox({ table, versions, strings, choose, close }: PickerProps & { readonly close: () => void }) {
  const { versions: known, isLoading, error } = versions.list.value
  const list = useRef<HTMLDivElement>(null)
  const active = useSignal(table.version)
  useEffect(() => list.current?.focus(), [])
  useEffect(() => {
    list.current?.querySelector('[data-active="true"]')?.scrollIntoView({ block: 'nearest' })
  }, [active.value, known.length])
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' || event.key === ' ') {
      if (known.some(({ version, readable }) => version === active.value && readable)) choose(active.value)
    } else if (event.key === 'Escape' || event.key === 'Tab') close()
    else {
      const next = afterKey(
        known.map(({ version }) => version),
        active.value,
        event.key,
      )
      if (next === undefined) return
      active.value = next
      if (next === known.at(-1)?.version) void versions.loadMore()
    }
    if (event.key !== 'Tab') event.preventDefault()
    event.stopPropagation()
  }
  return (
    <div
      class="dfp-list"
      ref={list}
      role="listbox"
      tabIndex={0}
      aria-label={strings.preview.versions}
      aria-activedescendant={known.some(({ version }) => version === active.value) ? optionId(active.value) : undefined}
      aria-busy={isLoading}
      onKeyDown={onKeyDown}
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
      {isLoading ? (
        <div class="dfp-listnote" role="option" aria-disabled="true" aria-selected="false">
          {known.length === 0 ? strings.grid.loading : strings.preview.olderVersions}
        </div>
      ) : null}
      {error ? (
        <div class="dfp-listnote" role="option" aria-selected="false" onClick={() => void versions.loadMore()}>
          {`${error.message} · ${strings.preview.retry}`}
        </div>
      ) : null}
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
