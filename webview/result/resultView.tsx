import { useMemo } from 'preact/hooks'
import type { Page } from '#arrow/page.ts'
import type { ResultMetadata } from '#protocol/result.ts'
import { Grid } from '../shared/grid/grid.tsx'
import { rowsOfPage } from '../shared/grid/rows.ts'
import { Icon } from '../shared/icons.tsx'
import type { Strings } from '../shared/strings.ts'
import { copyText } from './clipboard.ts'
import { resultFacts } from './resultFacts.ts'

const tallestRows = 15

interface Rows {
  readonly page: Page
  /** Length of the Arrow stream. */
  readonly bytes: number
  readonly metadata: ResultMetadata | undefined
}

interface Failure {
  readonly problem: Error
}

/** The rows of a statement with what must be said about them, or why they cannot be shown. */
export function ResultView(props: (Rows | Failure) & { readonly strings: Strings }) {
  return 'problem' in props ? <Unreadable problem={props.problem} strings={props.strings} /> : <ResultRows {...props} />
}

function ResultRows({ page, bytes, metadata, strings }: Rows & { readonly strings: Strings }) {
  const rows = useMemo(() => rowsOfPage(page), [page])
  return (
    <div class="dfl-result">
      {page.columns.length > 0 ? (
        <div class="dfl-resultgrid">
          <Grid rows={rows} label={strings.result.label} strings={strings} tallestRows={tallestRows} copy={copyText} />
        </div>
      ) : null}
      <div class="dfl-facts">
        {resultFacts({ rows: page.rows, bytes, metadata }, strings).map(({ text, setting }) =>
          setting === undefined ? (
            <span key={text} class="dfl-fact">
              {text}
            </span>
          ) : (
            <span key={text} class="dfl-fact dfl-warning" title={strings.result.moreBy(setting)}>
              <Icon name="warning" size={14} />
              {text}
            </span>
          ),
        )}
      </div>
    </div>
  )
}

function Unreadable({ problem, strings }: Failure & { readonly strings: Strings }) {
  return (
    <div class="dfl-result dfl-problem" role="alert">
      <strong>{strings.result.unreadable}</strong>
      <p>{problem.message}</p>
      <p class="dfl-fact">{strings.result.unreadableHint}</p>
    </div>
  )
}
