import { useSignal } from '@preact/signals'
import { isProblem } from '#base/errors.ts'
import type { PreviewTable } from '#protocol/preview.ts'
import { Grid } from '../shared/grid/grid.tsx'
import type { GridView } from '../shared/grid/gridModel.ts'
import { Icon } from '../shared/icons.tsx'
import { Notice } from '../shared/notice.tsx'
import { countText, type Strings } from '../shared/strings.ts'
import { FilterBox, matchingText } from './filterBox.tsx'
import type { PreviewModel, Shown } from './previewModel.ts'
import { VersionPicker } from './versionPicker.tsx'
import { WaitingNotice } from './waitingNotice.tsx'

export interface AppProps {
  readonly model: PreviewModel
  readonly strings: Strings
  /** Where the reader was; read anew for each version. */
  readonly view: () => GridView | undefined
  readonly saveView: (view: GridView) => void
  readonly copy: (text: string) => Promise<void>
}

/** The page: what is shown at the top, below it the rows or why there are none. */
export function App(props: AppProps) {
  const { model, strings } = props
  const phase = model.phase.value
  const shown = model.shown.value
  const table = model.table.value
  return (
    <div class="dfp-app" aria-busy={model.isBusy.value}>
      <div class={model.isBusy.value ? 'dfp-progress dfp-busy' : 'dfp-progress'} />
      {table ? <Header {...props} table={table} /> : null}
      <main class={phase.kind === 'opening' && shown ? 'dfp-main dfp-stale' : 'dfp-main'}>
        {table ? null : <h1 class="dfl-hidden">{document.title}</h1>}
        {phase.kind === 'failed' ? <Failure error={phase.error} strings={strings} retry={() => void model.retry()} /> : null}
        {phase.kind === 'cancelled' ? <Cancelled strings={strings} retry={() => void model.retry()} /> : null}
        {phase.kind === 'opening' && !shown && !model.waiting.value ? <p class="dfp-opening">{strings.grid.loading}</p> : null}
        <WaitingNotice model={model} strings={strings} />
        {shown && phase.kind !== 'failed' ? <Rows {...props} shown={shown} /> : null}
      </main>
    </div>
  )
}

function Header({ model, strings, copy, table }: AppProps & { readonly table: PreviewTable }) {
  return (
    <header class="dfp-header">
      <h1 class="dfp-name">
        <Icon name="table" />
        <span>{table.name}</span>
      </h1>
      <VersionPicker table={table} versions={model.versions} strings={strings} choose={version => void model.open(version)} />
      <FilterBox model={model} strings={strings} />
      <span class="dfp-count">{countOf(model, table, strings)}</span>
      {table.partitionColumns.length > 0 ? (
        <span class="dfp-quiet">{strings.preview.partitionedBy(table.partitionColumns.join(', '))}</span>
      ) : null}
      <Location table={table} strings={strings} copy={copy} />
      {warningsOf(model, table).map(text => (
        <p key={text} class="dfp-warning" role="note">
          <Icon name="warning" />
          <span>{text}</span>
        </p>
      ))}
    </header>
  )
}

function warningsOf({ warnings: { value } }: PreviewModel, { version }: PreviewTable): readonly string[] {
  return value?.version === version ? value.texts : []
}

/** Empty before the rows are there. */
function countOf(model: PreviewModel, table: PreviewTable, strings: Strings): string {
  void model.changes.value
  const shown = model.shown.value
  const count = shown?.table === table ? shown.rows.count : undefined
  if (shown && count && shown.filter !== '') return matchingText(shown, strings)
  if (count && !count.exact) return strings.preview.rowsAtLeast(countText(count.rows, strings))
  return count ? strings.preview.rows(countText(count.rows, strings)) : ''
}

function Location({ table, strings, copy }: Pick<AppProps, 'strings' | 'copy'> & { readonly table: PreviewTable }) {
  const isCopied = useSignal(false)
  const onClick = async (): Promise<void> => {
    await copy(table.location)
    isCopied.value = true
  }
  return (
    <button
      type="button"
      class="dfp-location"
      title={`${strings.preview.copyLocation}: ${table.location}`}
      aria-label={`${strings.preview.copyLocation}: ${table.location}`}
      onClick={() => void onClick()}
      onBlur={() => {
        isCopied.value = false
      }}
    >
      <span>{table.location}</span>
      <Icon name={isCopied.value ? 'check' : 'copy'} />
      <span class="dfl-hidden" role="status">
        {isCopied.value ? strings.preview.locationCopied : ''}
      </span>
    </button>
  )
}

function Rows({ strings, view, saveView, copy, shown: { table, filter, rows } }: AppProps & { readonly shown: Shown }) {
  const start = view()
  return (
    <>
      <div class={rows.count.rows === 0 ? 'dfp-grid dfp-norows' : 'dfp-grid'}>
        <Grid
          key={`${table.version} ${filter}`}
          rows={rows}
          label={strings.grid.label(table.name)}
          strings={strings}
          copy={copy}
          onDidChangeView={saveView}
          {...(start ? { view: start } : {})}
        />
      </div>
      {rows.count.rows === 0 ? (
        <Notice
          role="note"
          icon="inbox"
          title={filter === '' ? strings.preview.noRows(String(table.version)) : strings.filter.noRows}
          hint={strings.preview.noRowsHint}
        />
      ) : null}
    </>
  )
}

function Cancelled({ strings, retry }: { readonly strings: Strings; readonly retry: () => void }) {
  return <Notice role="note" icon="blocked" title={strings.preview.cancelled} action={{ label: strings.preview.tryAgain, run: retry }} />
}

function Failure({ error, strings, retry }: { readonly error: Error; readonly strings: Strings; readonly retry: () => void }) {
  const isUnsupported = isProblem(error, 'unsupported')
  return (
    <Notice
      role="alert"
      icon={isUnsupported ? 'blocked' : 'warning'}
      title={isUnsupported ? strings.preview.unsupported : strings.preview.failed}
      message={error.message}
      hint={isProblem(error) ? error.hint : undefined}
      action={isUnsupported ? undefined : { label: strings.preview.retry, run: retry }}
    />
  )
}
