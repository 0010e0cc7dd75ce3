import { isProblem, LakehouseError } from '#base/errors.ts'
import { api, type Ask } from './ask.ts'
import type { Request } from './send.ts'
import { seriesOf, spread, type Point, type Sample } from './series.ts'
import type { MetricOf, MetricSeries, ServerPage } from './types.ts'
import { pageOf, pointOf } from './wire.ts'

/** The most that the server gives at once. */
const historyPage = 25_000
/** What the memory of an editor has room for. */
const mostPoints = 10_000_000

/** Every point of a metric, page by page. */
export async function metricHistory(ask: Ask, { runId, key }: MetricOf, signal: AbortSignal): Promise<MetricSeries> {
  const pages: (readonly Point[])[] = []
  let [from, count]: [string | undefined, number] = [undefined, 0]
  do {
    const query = { run_id: runId, metric_key: key, max_results: String(historyPage), page_token: from }
    const page = await askPoints(ask, { doing: `read the history of ${key}`, path: `${api}/metrics/get-history`, query }, signal)
    count += page.items.length
    // A page that leads to itself, or to nothing, would never end.
    const isEndless = page.next !== undefined && (page.next === from || page.items.length === 0)
    if (isEndless || count > mostPoints) throw new LakehouseError('exhausted', `The history of ${key} is too long to be read.`)
    pages.push(page.items)
    from = page.next
  } while (from !== undefined)
  return seriesOf(pages.flat())
}

/** Points chosen by the server; by us where it does not know the request. */
export async function sampledHistory(ask: Ask, metric: MetricOf, sample: Sample, signal: AbortSignal): Promise<MetricSeries> {
  const { first, last } = sample.steps ?? {}
  const query = {
    run_ids: metric.runId,
    metric_key: metric.key,
    max_results: String(sample.points),
    start_step: first?.toString(),
    end_step: last?.toString(),
  }
  const path = '/ajax-api/2.0/mlflow/metrics/get-history-bulk-interval'
  try {
    return seriesOf((await askPoints(ask, { doing: `read the history of ${metric.key}`, path, query }, signal)).items)
  } catch (error) {
    if (!isProblem(error, 'unsupported')) throw error
    return spread(await metricHistory(ask, metric, signal), sample)
  }
}

/** Steps become doubles anyway, and plain parsing is several times faster. */
async function askPoints(ask: Ask, request: Request, signal: AbortSignal): Promise<ServerPage<Point>> {
  return await ask(request, { read: answer => pageOf(answer, 'metrics', pointOf), parse: text => JSON.parse(text) }, signal)
}
