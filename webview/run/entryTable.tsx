import { useSignal } from '@preact/signals'
import type { RunEntry } from '#protocol/run.ts'
import { Icon } from '../shared/icons.tsx'
import { Notice } from '../shared/notice.tsx'
import { Visible } from '../shared/visible.tsx'
import { FilterInput, matches } from './filterInput.tsx'
import { told, type PartProps } from './parts.ts'
import { useRoving } from './roving.ts'

interface EntryTableProps extends PartProps {
  readonly entries: readonly RunEntry[]
  /** Said where nothing was logged. */
  readonly none: string
}

/** Names and values, with a filter; one stop of the Tab key, from where arrows move from row to row. */
export function EntryTable(props: EntryTableProps) {
  const { entries, none, strings, view } = props
  const { tab, filters } = view.value
  const rove = useRoving<HTMLTableSectionElement>('.dfr-copy')
  if (entries.length === 0) return <Notice role="note" icon="inbox" title={none} />
  const shown = entries.filter(({ key, value }) => matches(filters[tab] ?? '', key, value))
  const count = (list: readonly unknown[]): string => list.length.toLocaleString(strings.language)
  return (
    <>
      <div class="dfr-toolbar">
        <FilterInput {...props} tab={tab} />
        <span class="dfp-quiet" role="status">
          {shown.length === entries.length ? '' : strings.entries.shown(count(shown), count(entries))}
        </span>
      </div>
      {shown.length === 0 ? (
        <Notice role="note" icon="filter" title={strings.entries.noMatch} />
      ) : (
        <table class="dfr-table" aria-label={strings.tabs[tab]}>
          <thead>
            <tr>
              <th scope="col">{strings.entries.name}</th>
              <th scope="col">{strings.entries.value}</th>
              <td class="dfr-copycell" />
            </tr>
          </thead>
          <tbody {...rove}>
            {shown.map((entry, i) => (
              <EntryRow key={entry.key} {...props} entry={entry} isFirst={i === 0} />
            ))}
          </tbody>
        </table>
      )}
    </>
  )
}

function EntryRow({ entry: { key, value }, isFirst, ...props }: PartProps & { readonly entry: RunEntry; readonly isFirst: boolean }) {
  const { strings, actions } = props
  const label = strings.entries.copy(key)
  return (
    <tr>
      <th scope="row">
        <Visible text={key} />
      </th>
      <td>
        <LongText text={value} {...props} />
      </td>
      <td class="dfr-copycell">
        <button
          type="button"
          class="dfl-iconbutton dfr-copy"
          title={label}
          aria-label={label}
          tabIndex={isFirst ? 0 : -1}
          onClick={() => void told(actions.copy(value), strings.copied, props)}
        >
          <Icon name="copy" size={14} />
        </button>
      </td>
    </tr>
  )
}

/** More than this is folded at first. */
const foldedCharacters = 400

function LongText({ text, strings }: { readonly text: string } & Pick<PartProps, 'strings'>) {
  const isWhole = useSignal(text.length <= foldedCharacters)
  if (text === '') return <span class="dfp-quiet">{strings.entries.empty}</span>
  if (text.length <= foldedCharacters) return <Visible text={text} />
  const { showAll, showLess } = strings.entries
  return (
    <>
      <Visible text={isWhole.value ? text : `${text.slice(0, foldedCharacters)}…`} />{' '}
      <button type="button" class="dfr-link" aria-expanded={isWhole.value} onClick={() => (isWhole.value = !isWhole.value)}>
        {isWhole.value ? showLess : showAll(text.length.toLocaleString(strings.language))}
      </button>
    </>
  )
}
