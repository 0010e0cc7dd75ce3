import { useSignal, type Signal } from '@preact/signals'
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks'
import { asError } from '#base/errors.ts'
import type { LatestValue } from '#protocol/run.ts'
import { chartData, extent, stepsBetween, type ChartData } from '../shared/chart/chartData.ts'
import { numberText, xText } from '../shared/chart/chartText.ts'
import { LineChart } from '../shared/chart/lineChart.tsx'
import { Visible } from '../shared/visible.tsx'
import type { MetricHistory, MetricModel } from './metricModel.ts'
import type { PartProps } from './parts.ts'
import { PointTable } from './pointTable.tsx'

interface CardProps extends PartProps {
  readonly latest: LatestValue
}

/** A metric with its chart, which is read and drawn while it is in view or near. */
export function MetricCard(props: CardProps) {
  const { model, latest, strings } = props
  const metric = model.metric(latest.key)
  const card = useRef<HTMLLIElement>(null)
  const isNear = useSignal(false)
  useLayoutEffect(() => watch(card.current, metric, isNear), [metric])
  const history = metric.history.value
  const problem = metric.problem.value
  return (
    <li class="dfr-card" ref={card} data-plain={history && !isDrawable(history)}>
      <h2>
        <span class="dfr-cardname">
          <Visible text={latest.key} />
        </span>
        <span class="dfr-number">{latest.value}</span>
      </h2>
      {problem ? (
        <p class="dfr-cardnote" role="alert">
          {problem.message}{' '}
          <button type="button" class="dfr-link" onClick={() => void metric.load()}>
            {strings.retry}
          </button>
        </p>
      ) : null}
      {!history && !problem ? <p class="dfr-cardnote">{strings.metrics.loading}</p> : null}
      {history && isNear.value ? <History {...props} metric={metric} history={history} /> : null}
    </li>
  )
}

/** Whether there is something to draw: more than one value, and one of them finite. */
function isDrawable({ points: { values } }: MetricHistory): boolean {
  return values.length > 1 && values.some(value => Number.isFinite(value))
}

/** Reads the history when the card comes near, and lets it rest when it leaves. */
function watch(card: HTMLElement | null, metric: MetricModel, isNear: Signal<boolean>): (() => void) | undefined {
  if (!card) return undefined
  const observer = new IntersectionObserver(
    entries => {
      isNear.value = entries.at(-1)?.isIntersecting ?? false
      if (isNear.value) void metric.load()
      else metric.rest()
    },
    { rootMargin: '300px' },
  )
  observer.observe(card)
  return () => {
    observer.disconnect()
    metric.rest()
  }
}

interface HistoryProps extends CardProps {
  readonly metric: MetricModel
  readonly history: MetricHistory
}

function History(props: HistoryProps) {
  const { metric, history, strings, view, latest } = props
  const { axis } = view.value
  const data = useMemo(() => chartData(history.points, axis), [history, axis])
  const at = useSignal<number | undefined>(undefined)
  const { language, metrics: texts } = strings
  const isOne = data.xs.length === 1
  const range = extent(data)
  const zoom = (from: number, to: number): void => {
    const steps = stepsBetween(data, history.points.steps, from, to)
    if (steps) void metric.zoom(steps)
  }
  if (isOne && metric.range.value === null) return <p class="dfr-cardnote">{texts.oneValue}</p>
  return (
    <>
      {range ? (
        <LineChart
          data={data}
          language={language}
          label={`${labelOf(data, latest.key, props)}, ${texts.range(...threeOf(range, language))}`}
          onZoom={zoom}
          onReset={() => void metric.zoom(null)}
          onPoint={index => (at.value = index)}
        />
      ) : (
        <p class="dfr-cardnote">{texts.nothingDrawn}</p>
      )}
      <p class="dfr-readout" aria-hidden="true">
        {pointText(data, at.value, props)}
      </p>
      <CardFoot {...props} />
    </>
  )
}

function threeOf({ lowest, highest, last }: NonNullable<ReturnType<typeof extent>>, language: string): [string, string, string] {
  return [numberText(lowest, language), numberText(highest, language), numberText(last, language)]
}

function labelOf({ axis, xs }: ChartData, key: string, { strings }: CardProps): string {
  const { language, metrics: texts } = strings
  const [first = 0, last = 0] = [xs[0], xs.at(-1)]
  const text = (x: number): string => xText(x, { axis, language, span: last - first })
  return texts.chart(key, { points: xs.length.toLocaleString(language), from: text(first), to: text(last) })
}

/** What is under the pointer. */
function pointText({ axis, xs, ys }: ChartData, index: number | undefined, { strings }: CardProps): string {
  const [x, y] = [xs[index ?? -1], ys[index ?? -1]]
  if (x === undefined || y === undefined) return ''
  const { language, metrics: texts } = strings
  const name = axis === 'step' ? `${texts.step} ` : ''
  return texts.point(`${name}${xText(x, { axis, language, span: 0 })}`, y === null ? 'NaN' : numberText(y, language, 12))
}

function CardFoot(props: HistoryProps) {
  const { metric, history, strings, actions, say, latest } = props
  const { metrics: texts, language } = strings
  const isTable = useSignal(false)
  const isZoomed = metric.range.value !== null
  const count = history.points.steps.length.toLocaleString(language)
  const copy = async (): Promise<void> => {
    try {
      say(texts.copiedAll((await actions.copyMetric(latest.key)).toLocaleString(language)))
    } catch (error) {
      say(strings.copyFailed(asError(error).message))
    }
  }
  return (
    <>
      {history.isSampled ? <p class="dfr-cardnote">{isZoomed ? texts.sampledZoomed(count) : texts.sampled(count)}</p> : null}
      <p class="dfr-cardfoot">
        <button type="button" class="dfr-link" aria-expanded={isTable.value} onClick={() => (isTable.value = !isTable.value)}>
          {isTable.value ? texts.hideTable : texts.showTable}
        </button>
        <button type="button" class="dfr-link" onClick={() => void copy()}>
          {texts.copyAll}
        </button>
        {isZoomed ? (
          <button type="button" class="dfr-link" onClick={() => void metric.zoom(null)}>
            {texts.resetZoom}
          </button>
        ) : null}
      </p>
      {isTable.value ? <PointTable name={latest.key} points={history.points} strings={strings} /> : null}
    </>
  )
}
