import { api, createAsk } from './ask.ts'
import { metricHistory, sampledHistory } from './histories.ts'
import { createSend, type Request, type SendOptions } from './send.ts'
import type { Sample } from './series.ts'
import type { Artifact, AuthSource, Experiment, MetricOf, MetricSeries, MlflowServer, PageOf, Run, ServerPage } from './types.ts'
import { artifactOf, experimentOf, objectAt, pageOf, runOf } from './wire.ts'

/** Which runs. */
interface RunSearch {
  readonly experimentId: string
  /** In MLflow's own words; empty for all. */
  readonly filter: string
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
  searchRuns(of: RunSearch, page: PageOf, signal: AbortSignal): Promise<ServerPage<Run>>
  /** @throws LakehouseError `notFound` */
  getRun(id: string, signal: AbortSignal): Promise<Run>
  /** Every point, in as many requests as it takes. */
  metricHistory(metric: MetricOf, signal: AbortSignal): Promise<MetricSeries>
  /** Points chosen by the server, in one request; by us from all of them where it cannot, as older ones. */
  sampledHistory(metric: MetricOf, sample: Sample, signal: AbortSignal): Promise<MetricSeries>
  /** A folder of a run's artifacts, in the order of the server; the root for empty `path`. */
  listArtifacts(
    of: { readonly runId: string; readonly path: string },
    from: string | undefined,
    signal: AbortSignal,
  ): Promise<ServerPage<Artifact>>
}

export function createMlflowClient(server: MlflowServer, auth: AuthSource, options: SendOptions = {}): MlflowClient {
  const send = createSend(server, auth, options)
  const ask = createAsk(server, send)
  return {
    server,
    version: async signal => (await send({ doing: 'ask for the version', path: '/version' }, signal)).trim(),
    searchExperiments: async (page, signal) =>
      await ask(searchOfExperiments(page), { read: answer => pageOf(answer, 'experiments', experimentOf) }, signal),
    getExperiment: async (id, signal) => {
      const request = { doing: `read the experiment ${id}`, path: `${api}/experiments/get`, query: { experiment_id: id } }
      return await ask(request, { read: answer => experimentOf(objectAt(answer, 'experiment')) }, signal)
    },
    searchRuns: async (of, page, signal) => await ask(searchOfRuns(of, page), { read: answer => pageOf(answer, 'runs', runOf) }, signal),
    getRun: async (id, signal) => {
      const request = { doing: `read the run ${id}`, path: `${api}/runs/get`, query: { run_id: id } }
      return await ask(request, { read: answer => runOf(objectAt(answer, 'run')) }, signal)
    },
    metricHistory: async (metric, signal) => await metricHistory(ask, metric, signal),
    sampledHistory: async (metric, sample, signal) => await sampledHistory(ask, metric, sample, signal),
    listArtifacts: async ({ runId, path }, from, signal) => {
      const query = { run_id: runId, path: path === '' ? undefined : path, page_token: from }
      const request = { doing: `list the artifacts of ${runId}`, path: `${api}/artifacts/list`, query }
      return await ask(request, { read: answer => pageOf(answer, 'files', artifactOf) }, signal)
    },
  }
}

function searchOfExperiments({ limit, from }: PageOf): Request {
  const body = { max_results: limit, order_by: ['last_update_time DESC'], view_type: 'ACTIVE_ONLY', page_token: from }
  return { doing: 'list the experiments', path: `${api}/experiments/search`, body }
}

function searchOfRuns({ experimentId, filter }: RunSearch, { limit, from }: PageOf): Request {
  const body = {
    experiment_ids: [experimentId],
    filter,
    run_view_type: 'ACTIVE_ONLY',
    max_results: limit,
    order_by: ['attributes.start_time DESC'],
    page_token: from,
  }
  return { doing: 'list the runs', path: `${api}/runs/search`, body }
}
