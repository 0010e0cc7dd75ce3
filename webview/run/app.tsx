import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { asError, isProblem } from '#base/errors.ts'
import { unreachable } from '#base/unreachable.ts'
import type { RunDetails } from '#protocol/run.ts'
import { Icon } from '../shared/icons.tsx'
import { Notice } from '../shared/notice.tsx'
import { Visible } from '../shared/visible.tsx'
import { Artifacts } from './artifacts.tsx'
import { EntryTable } from './entryTable.tsx'
import { Metrics } from './metrics.tsx'
import { Overview } from './overview.tsx'
import { told, type PartProps } from './parts.ts'
import type { Tab } from './savedState.ts'
import { StatusBadge } from './statusBadge.tsx'
import { TabList } from './tabList.tsx'

/** The page of a run: its name and state at the top, below it one part of what was logged. */
export function App(given: Omit<PartProps, 'say'>) {
  const { model, strings, view } = given
  const said = useSignal('')
  const props: PartProps = { ...given, say: text => (said.value = text) }
  const phase = model.phase.value
  const run = model.run.value
  useEffect(() => {
    if (said.value === '') return undefined
    const timer = setTimeout(() => (said.value = ''), saidMs)
    return () => clearTimeout(timer)
  }, [said.value])
  return (
    <div class="dfp-app" aria-busy={model.isBusy.value}>
      <div class={model.isBusy.value ? 'dfp-progress dfp-busy' : 'dfp-progress'} />
      {run ? <Header {...props} run={run} /> : null}
      <main class="dfr-main">
        {run ? null : <h1 class="dfl-hidden">{document.title}</h1>}
        {phase.kind === 'opening' ? <p class="dfr-opening">{strings.opening}</p> : null}
        {phase.kind === 'failed' ? <Failure error={phase.error} {...props} /> : null}
        {run ? <Panel {...props} run={run} tab={view.value.tab} /> : null}
      </main>
      <p class={said.value === '' ? 'dfl-hidden' : 'dfr-said'} role="status">
        {said.value}
      </p>
    </div>
  )
}

const saidMs = 4000

interface RunProps extends PartProps {
  readonly run: RunDetails
}

function Header(props: RunProps) {
  const { model, strings, run, view, show, actions, say } = props
  const stale = model.staleness.value
  const experiment = run.experimentName ?? run.experimentId
  return (
    <header class="dfr-header">
      <div class="dfr-title">
        <h1>
          <Visible text={run.name} />
        </h1>
        <StatusBadge status={run.status} strings={strings} />
        {run.isDeleted ? <span class="dfr-badge">{strings.deleted}</span> : null}
        <span class="dfp-quiet dfr-experiment">
          <Visible text={experiment} />
        </span>
        <span class="dfr-actions">
          <button type="button" class="dfl-button" onClick={() => void model.refresh()}>
            {strings.refresh}
          </button>
          <button type="button" class="dfl-button" onClick={() => void told(actions.copy(run.id), strings.copied, props)}>
            {strings.copyRunId}
          </button>
          <button
            type="button"
            class="dfl-button"
            onClick={() => void actions.openInMlflow().catch((error: unknown) => say(asError(error).message))}
          >
            {strings.openInMlflow}
          </button>
        </span>
      </div>
      {stale ? (
        <p class="dfr-stale" role="note">
          <Icon name="warning" />
          <span>{strings.stale(stale.message)}</span>
        </p>
      ) : null}
      <TabList tabs={countsOf(run)} chosen={view.value.tab} choose={tab => show({ tab })} strings={strings} />
    </header>
  )
}

function countsOf(run: RunDetails): readonly (readonly [Tab, number | undefined])[] {
  return [
    ['overview', undefined],
    ['metrics', run.metrics.length],
    ['params', run.params.length],
    ['tags', run.tags.length],
    ['artifacts', undefined],
  ]
}

function Panel(props: RunProps & { readonly tab: Tab }) {
  const { tab } = props
  return (
    <div class="dfr-panel" role="tabpanel" id={`panel-${tab}`} aria-labelledby={`tab-${tab}`} tabIndex={-1} key={tab}>
      <Part {...props} />
    </div>
  )
}

function Part(props: RunProps & { readonly tab: Tab }) {
  const { tab, run, strings } = props
  switch (tab) {
    case 'overview':
      return <Overview {...props} />
    case 'metrics':
      return <Metrics {...props} />
    case 'params':
      return <EntryTable {...props} entries={run.params} none={strings.entries.noParams} />
    case 'tags':
      return <EntryTable {...props} entries={run.tags} none={strings.entries.noTags} />
    case 'artifacts':
      return <Artifacts {...props} />
    default:
      return unreachable(tab)
  }
}

function Failure({ error, strings, model }: PartProps & { readonly error: Error }) {
  return (
    <Notice
      role="alert"
      icon="warning"
      title={strings.failed}
      message={error.message}
      hint={isProblem(error) ? error.hint : undefined}
      action={{ label: strings.retry, run: () => void model.open() }}
    />
  )
}
