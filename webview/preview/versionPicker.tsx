import { useSignal, type Signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { PreviewTable } from '#protocol/preview.ts'
import { Icon } from '../shared/icons.tsx'
import type { Strings } from '../shared/strings.ts'
import { VersionList } from './versionList.tsx'
import type { Versions } from './versions.ts'

interface VersionPickerProps {
  readonly table: PreviewTable
  readonly versions: Versions
  readonly strings: Strings
  readonly choose: (version: number) => void
}

/** The version on show; opens the list of all. */
export function VersionPicker({ table, versions, strings, choose }: VersionPickerProps) {
  const isOpen = useSignal(false)
  const root = useRef<HTMLDivElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  useCloseOutside(isOpen, root)
  const open = (): void => {
    isOpen.value = true
    void versions.refresh()
  }
  const close = (): void => {
    isOpen.value = false
    button.current?.focus()
  }
  const closeAndChoose = (version: number): void => {
    close()
    if (version !== table.version) choose(version)
  }
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
      {isOpen.value ? <VersionList table={table} versions={versions} strings={strings} close={close} choose={closeAndChoose} /> : null}
    </div>
  )
}

function useCloseOutside(isOpen: Signal<boolean>, root: { readonly current: HTMLElement | null }): void {
  useEffect(() => {
    const onPointer = (event: PointerEvent): void => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) isOpen.value = false
    }
    document.addEventListener('pointerdown', onPointer)
    return () => document.removeEventListener('pointerdown', onPointer)
  }, [])
}
