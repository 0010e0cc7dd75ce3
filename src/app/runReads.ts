import { timeText } from '#base/timeText.ts'
import { writePoints, type LatestValue, type RunDetails, type RunEntry, type RunHost } from '#protocol/run.ts'
import type { MlflowClient } from '#mlflow/client.ts'
import type { MetricSeries, Run } from '#mlflow/types.ts'
import type { Tracking } from './tracking.ts'

/** A run of a tracking server. */
export interface RunAt {
  readonly connection: string
  readonly runId: string
}

/** What the page of a run shows of it. */
export type RunReads = Pick<RunHost, 'open' | 'readMetric' | 'listArtifacts'> & {
  /** Every point of a metric as lines of step, time and value, tab-separated, under a line of titles. */
  metricText(key: string, signal: AbortSignal): Promise<{ readonly text: string; readonly points: number }>
}

/** More than the pixels of any chart; the server takes up to 2,500. */
const chartPoints = 2000

/** Reads of one run; the client is looked up for each, since the address of a server may change. */
export function createRunReads({ connection, runId }: RunAt, tracking: Tracking): RunReads {
  const client = (): MlflowClient => tracking.client(connection)
  let experiment: string | null = null
  return {
    open: async (_, signal) => {
      const { server } = client()
      const run = await client().getRun(runId, signal)
      experiment ??= await nameOfExperiment(client(), run.experimentId, signal)
      return detailsOf(run, { experimentName: experiment, trackingUri: server.url })
    },
    readMetric: async ({ key, steps }, signal) => {
      const sample = { points: chartPoints, ...(steps ? { steps } : {}) }
      const series = await client().sampledHistory({ runId, key }, sample, signal)
      return { columns: writePoints(series), isSampled: series.steps.length >= chartPoints }
    },
    listArtifacts: async ({ path, from }, signal) => {
      const { items, next } = await client().listArtifacts({ runId, path }, from ?? undefined, signal)
      const artifacts = items.map(artifact => ({ path: artifact.path, isFolder: artifact.isFolder, size: artifact.size ?? null }))
      return { artifacts, next: next ?? null }
    },
    metricText: async (key, signal) => {
      const series = await client().metricHistory({ runId, key }, signal)
      return { text: textOf(series), points: series.steps.length }
    },
  }
}

/** Null where it cannot be read: the run is worth showing without. */
async function nameOfExperiment(client: MlflowClient, id: string, signal: AbortSignal): Promise<string | null> {
  return await client.getExperiment(id, signal).then(
    ({ name }) => name,
    () => null,
  )
}

function detailsOf(run: Run, more: Pick<RunDetails, 'experimentName' | 'trackingUri'>): RunDetails {
  const tag = (key: string): string => run.tags.find(each => each.key === key)?.value ?? ''
  const metrics = run.metrics.map(({ key, value, step, time }): LatestValue => ({ key, value: String(value), step: String(step), time }))
  return {
    id: run.id,
    name: run.name,
    experimentId: run.experimentId,
    status: run.status,
    isDeleted: run.isDeleted,
    started: run.started ?? null,
    ended: run.ended ?? null,
    user: run.user,
    source: tag('mlflow.source.name'),
    commit: tag('mlflow.source.git.commit'),
    note: tag('mlflow.note.content'),
    artifactUri: run.artifactUri,
    metrics: byKey(metrics),
    params: byKey(run.params),
    tags: byKey(run.tags),
    ...more,
  }
}

function byKey<T extends RunEntry>(entries: readonly T[]): readonly T[] {
  return entries.toSorted((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)))
}

function textOf({ steps, times, values }: MetricSeries): string {
  const lines = Array.from(steps, (step, i) => `${step}\t${timeText(times[i] ?? 0)}\t${values[i]}`)
  return `${['step\ttime\tvalue', ...lines].join('\n')}\n`
}
