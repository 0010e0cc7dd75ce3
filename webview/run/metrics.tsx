import type { RunDetails } from '#protocol/run.ts'
import { momentText } from '../shared/chart/chartText.ts'
import { Notice } from '../shared/notice.tsx'
import { Visible } from '../shared/visible.tsx'
import { FilterInput, matches } from './filterInput.tsx'
import { MetricCard } from './metricCard.tsx'
import type { PartProps } from './parts.ts'
import { axisKinds, metricViews } from './savedState.ts'

/** The metrics of a run: a chart each, or the latest values in a table. */
export function Metrics(props: PartProps & { readonly run: RunDetails }) {
  const { run, strings, view } = props
  const { metrics: texts } = strings
  if (run.metrics.length === 0) return <Notice role="note" icon="inbox" title={texts.none} hint={texts.noneHint} />
  const shown = run.metrics.filter(({ key }) => matches(view.value.filters.metrics ?? '', key))
  return (
    <>
      <Toolbar {...props} />
      {shown.length === 0 ? <Notice role="note" icon="filter" title={strings.entries.noMatch} /> : null}
      {view.value.metricView === 'values' ? (
        <LatestValues {...props} shown={shown} />
      ) : (
        <ul class="dfr-cards">
          {shown.map(latest => (
            <MetricCard key={latest.key} {...props} latest={latest} />
          ))}
        </ul>
      )}
    </>
  )
}

function Toolbar(props: PartProps) {
  const { strings, view, show } = props
  const { metrics: texts } = strings
  const { axis, metricView } = view.value
  return (
    <div class="dfr-toolbar">
      <FilterInput {...props} tab="metrics" />
      <label>
        {texts.view}
        <select value={metricView} onChange={event => show({ metricView: chosen(metricViews, event.currentTarget.value) })}>
          {metricViews.map(name => (
            <option key={name} value={name}>
              {texts[name]}
            </option>
          ))}
        </select>
      </label>
      {metricView === 'charts' ? (
        <label>
          {texts.axis}
          <select value={axis} onChange={event => show({ axis: chosen(axisKinds, event.currentTarget.value) })}>
            {axisKinds.map(name => (
              <option key={name} value={name}>
                {texts.axes[name]}
              </option>
            ))}
          </select>
        </label>
      ) : null}
    </div>
  )
}

function chosen<T extends string>(known: readonly [T, ...T[]], value: string): T {
  return known.find(each => each === value) ?? known[0]
}

function LatestValues({ shown, strings }: PartProps & { readonly shown: RunDetails['metrics'] }) {
  const { entries, metrics: texts, language } = strings
  return (
    <table class="dfr-table" aria-label={texts.values}>
      <thead>
        <tr>
          <th scope="col">{entries.name}</th>
          <th scope="col">{entries.value}</th>
          <th scope="col">{texts.step}</th>
          <th scope="col">{texts.time}</th>
        </tr>
      </thead>
      <tbody>
        {shown.map(({ key, value, step, time }) => (
          <tr key={key}>
            <th scope="row">
              <Visible text={key} />
            </th>
            <td class="dfr-number" title={isInfinite(value) ? texts.infinite : undefined}>
              {value}
            </td>
            <td class="dfr-number">{step}</td>
            <td>{momentText(time, language)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** What MLflow's SQL store makes of an infinity. */
function isInfinite(value: string): boolean {
  return Math.abs(Number(value)) === Number.MAX_VALUE
}
