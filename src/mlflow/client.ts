import { asError, isProblem, LakehouseError } from '#base/errors.ts'
import { parseExact } from './json.ts'
import { contentProblem } from './problems.ts'
import { createSend, type Request, type SendOptions } from './send.ts'
import { seriesOf, spread, type Point, type Sample } from './series.ts'
import type { Artifact, AuthSource, Experiment, MetricSeries, MlflowServer, PageOf, Run, ServerPage } from './types.ts'
import { artifactOf, experimentOf, objectAt, pageOf, pointOf, runOf } from './wire.ts'

/** A metric of a run. */
export interface MetricOf {
  readonly runId: string
  readonly key: string
}

/** What a tracking server tells; nothing on it is changed. @throws LakehouseError of each, with the server's own reason */
export interface MlflowClient {
  readonly server: MlflowServer
  /** `3.17.2`. */
  version(signal: AbortSignal): Promise<string>
  /** Those not deleted, last changed first. */
  searchExperiments(page: PageOf, signal: AbortSignal): Promise<ServerPage<Experiment>>
  getExperiment(id: string, signal: AbortSignal): Promise<Experiment>
  /** Runs of an experiment that are not deleted, last started first; `filter` is MLflow's own, empty for all. @throws LakehouseError `invalid` for a mistake in it */
  searchRuns(of: { readonly experimentId: string; readonly filter: string }, page: PageOf, signal: AbortSignal): Promise<ServerPage<Run>>
  /** @throws LakehouseError `notFound` */
  getRun(id: string, signal: AbortSignal): Promise<Run>
  /** Every point, in as many requests as it takes. */
  metricHistory(metric: MetricOf, signal: AbortSignal): Promise<MetricSeries>
  /** Points chosen by the server, in one request; by us from all of them where it cannot (before 2.3). */
  sampledHistory(metric: MetricOf, sample: Sample, signal: AbortSignal): Promise<MetricSeries>
  /** A folder of a run's artifacts, in the order of the server; the root for empty `path`. */
  listArtifacts(
    of: { readonly runId: string; readonly path: string },
    from: string | undefined,
    signal: AbortSignal,
  ): Promise<ServerPage<Artifact>>
}

/** The most that the server gives at once. */
const historyPage = 25_000
/** Ten million points. */
const mostHistoryPages = 400
const api = '/api/2.0/mlflow'

export function createMlflowClient(server: MlflowServer, auth: AuthSource, options: SendOptions = {}): MlflowClient {
  const send = createSend(server, auth, options)

  async function ask<T>(
    request: Request,
    read: (body: unknown) => T,
    signal: AbortSignal,
    parse: (text: string) => unknown = parseExact,
  ): Promise<T> {
    const text = await send(request, signal)
    try {
      return read(parse(text))
    } catch (error) {
      throw isProblem(error) ? error : contentProblem(request.doing, server, asError(error))
    }
  }

  /** Steps become doubles anyway, and plain parsing is several times faster. */
  async function askPoints(request: Request, signal: AbortSignal): Promise<ServerPage<Point>> {
    return await ask(
      request,
      answer => pageOf(answer, 'metrics', pointOf),
      signal,
      text => JSON.parse(text),
    )
  }

  async function metricHistory({ runId, key }: MetricOf, signal: AbortSignal): Promise<MetricSeries> {
    const pages: (readonly Point[])[] = []
    let from: string | undefined
    do {
      if (pages.length === mostHistoryPages) throw new LakehouseError('exhausted', `The history of ${key} is too long to be read.`)
      const query = { run_id: runId, metric_key: key, max_results: String(historyPage), page_token: from }
      const page = await askPoints({ doing: `read the history of ${key}`, path: `${api}/metrics/get-history`, query }, signal)
      pages.push(page.items)
      from = page.next
    } while (from !== undefined)
    return seriesOf(pages.flat())
  }

  async function sampledHistory(metric: MetricOf, sample: Sample, signal: AbortSignal): Promise<MetricSeries> {
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
      return seriesOf((await askPoints({ doing: `read the history of ${metric.key}`, path, query }, signal)).items)
    } catch (error) {
      if (!isProblem(error, 'unsupported')) throw error
      return spread(await metricHistory(metric, signal), sample)
    }
  }

  return {
    server,
    version: async signal => (await send({ doing: 'ask for the version', path: '/version' }, signal)).trim(),
    searchExperiments: async (page, signal) => {
      const body = { max_results: page.limit, order_by: ['last_update_time DESC'], view_type: 'ACTIVE_ONLY', page_token: page.from }
      const request = { doing: 'list the experiments', path: `${api}/experiments/search`, body }
      return await ask(request, answer => pageOf(answer, 'experiments', experimentOf), signal)
    },
    getExperiment: async (id, signal) => {
      const request = { doing: `read the experiment ${id}`, path: `${api}/experiments/get`, query: { experiment_id: id } }
      return await ask(request, answer => experimentOf(objectAt(answer, 'experiment')), signal)
    },
    searchRuns: async ({ experimentId, filter }, page, signal) => {
      const body = {
        experiment_ids: [experimentId],
        filter,
        run_view_type: 'ACTIVE_ONLY',
        max_results: page.limit,
        order_by: ['attributes.start_time DESC'],
        page_token: page.from,
      }
      const request = { doing: 'list the runs', path: `${api}/runs/search`, body }
      return await ask(request, answer => pageOf(answer, 'runs', runOf), signal)
    },
    getRun: async (id, signal) => {
      const request = { doing: `read the run ${id}`, path: `${api}/runs/get`, query: { run_id: id } }
      return await ask(request, answer => runOf(objectAt(answer, 'run')), signal)
    },
    metricHistory,
    sampledHistory,
    listArtifacts: async ({ runId, path }, from, signal) => {
      const query = { run_id: runId, path: path === '' ? undefined : path, page_token: from }
      const request = { doing: `list the artifacts of ${runId}`, path: `${api}/artifacts/list`, query }
      return await ask(request, answer => pageOf(answer, 'files', artifactOf), signal)
    },
  }
}
