import type { SavedRun } from '#protocol/run.ts'
import type { AxisKind } from '../shared/chart/chartData.ts'

export const tabs = ['overview', 'metrics', 'params', 'tags', 'artifacts'] as const
export type Tab = (typeof tabs)[number]
export const axisKinds = ['step', 'time', 'relative'] as const satisfies readonly AxisKind[]
export const metricViews = ['charts', 'values'] as const
export type MetricView = (typeof metricViews)[number]

/** Where the reader is: kept over hiding and reloading. */
export interface View {
  readonly tab: Tab
  readonly axis: AxisKind
  readonly metricView: MetricView
  /** What names and values are filtered by, one for each tab. */
  readonly filters: Readonly<Partial<Record<Tab, string>>>
}

/** What the page keeps: what the extension needs, and the view. */
export interface SavedPage extends View, Partial<SavedRun> {}

const firstView: View = { tab: 'overview', axis: 'step', metricView: 'charts', filters: {} }

/** The state that a page of ours saved; the first view for anything else. */
export function readSavedPage(state: unknown): SavedPage {
  const [connection, runId] = [member(state, 'connection'), member(state, 'runId')]
  const filters = tabs.flatMap(tab => {
    const filter = member(member(state, 'filters'), tab)
    return typeof filter === 'string' ? [[tab, filter] as const] : []
  })
  return {
    tab: oneOf(tabs, member(state, 'tab')) ?? firstView.tab,
    axis: oneOf(axisKinds, member(state, 'axis')) ?? firstView.axis,
    metricView: oneOf(metricViews, member(state, 'metricView')) ?? firstView.metricView,
    filters: Object.fromEntries(filters),
    ...(typeof connection === 'string' ? { connection } : {}),
    ...(typeof runId === 'string' ? { runId } : {}),
  }
}

function oneOf<T extends string>(known: readonly T[], value: unknown): T | undefined {
  return known.find(each => each === value)
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined
}
