import { useSignal, useSignalEffect } from '@preact/signals'
import { isProblem } from '#base/errors.ts'
import { Icon } from '../shared/icons.tsx'
import { countText, type Strings } from '../shared/strings.ts'
import type { PreviewModel, Shown } from './previewModel.ts'

interface FilterBoxProps {
  readonly model: PreviewModel
  readonly strings: Strings
}

const errorId = 'dfp-filtererror'
/** Left as it is in any language: these are words of SQL. */
const example = "amount > 100 AND country = 'BR'"

/** A condition that the rows on show meet. Enter applies it, Escape clears it; a mistake is said below and leaves the rows as they are. */
export function FilterBox({ model, strings: { filter: texts, ...strings } }: FilterBoxProps) {
  const draft = useSignal(model.shown.value?.filter ?? '')
  useSignalEffect(() => {
    const { value: shown } = model.shown
    if (shown && shown.filter !== '') draft.value = shown.filter
  })
  const problem = model.filterProblem.value
  const shown = model.shown.value
  const isUsed = draft.value !== '' || (shown !== undefined && shown.filter !== '')
  const apply = (text: string): void => {
    draft.value = text
    if (text.trim() !== (model.shown.value?.filter ?? '') || problem) void model.filterBy(text)
  }
  return (
    <search class="dfp-filter">
      <Icon name="filter" />
      <input
        type="text"
        value={draft.value}
        placeholder={example}
        aria-label={texts.label}
        title={texts.hint}
        aria-invalid={problem !== undefined}
        aria-describedby={problem ? errorId : undefined}
        spellcheck={false}
        autocomplete="off"
        onInput={event => {
          draft.value = event.currentTarget.value
        }}
        onKeyDown={event => {
          if (event.key === 'Enter' && !event.isComposing) apply(draft.value)
          else if (event.key === 'Escape' && isUsed) apply('')
          else return
          event.preventDefault()
        }}
      />
      {isUsed ? (
        <button
          type="button"
          class="dfp-filterclear"
          title={texts.clear}
          aria-label={texts.clear}
          onClick={event => {
            event.currentTarget.parentElement?.querySelector('input')?.focus()
            apply('')
          }}
        >
          <Icon name="clear" />
        </button>
      ) : null}
      {problem ? (
        <p class="dfp-filtererror" id={errorId} role="alert">
          {problem.message}
          {isProblem(problem) && problem.hint !== undefined ? <span>{problem.hint}</span> : null}
        </p>
      ) : null}
      <span class="dfl-hidden" role="status">
        {shown && shown.filter !== '' && !problem ? matchingText(shown, { filter: texts, ...strings }) : ''}
      </span>
    </search>
  )
}

/** How many rows meet the filter, as far as they were counted. */
export function matchingText({ rows }: Shown, strings: Strings): string {
  const { matching, matchingAtLeast } = strings.filter
  return rows.count.exact ? matching(countText(rows.count.rows, strings)) : matchingAtLeast(countText(rows.seen, strings))
}
