import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { localStackName } from '#app/connection.ts'
import { createLakehouse, type Lakehouse } from '#app/lakehouse.ts'
import { defaultSettings, type ConnectionSetting, type Settings } from '#app/settings.ts'
import { Emitter } from '#base/event.ts'
import { silentLog } from '#base/log.ts'
import { findPlaces } from '#runtime/places.ts'
import type { StackProgress } from '#stack/types.ts'

/** The product on a folder of its own, with the tracking server and the object store of its stack running, and nothing else. */
export interface MlflowBed {
  readonly lakehouse: Lakehouse
  readonly url: string
  /** The folder whose stack it is, and what a window on it needs in its environment. */
  readonly project: string
  readonly env: Readonly<Record<string, string>>
  /** What the user has in the settings from now on. */
  setConnections(connections: readonly ConnectionSetting[]): void
  /** Calls the REST API as a training program does. */
  post(path: string, body: object): Promise<Record<string, unknown>>
  /** Uploads a file of a run through the server. */
  upload(run: LoggedRun, path: string, content: string): Promise<void>
  close(): Promise<void>
}

export interface LoggedRun {
  readonly experimentId: string
  readonly runId: string
}

const never = new AbortController().signal

export async function openMlflowBed(report: (progress: StackProgress) => void = () => {}): Promise<MlflowBed> {
  const root = mkdtempSync(join(tmpdir(), 'dfmlflow-'))
  const project = join(root, 'project')
  const env = { DATAFLOW_HOME: join(root, 'home'), DATAFLOW_CACHE: findPlaces(process.env).cache }
  mkdirSync(project)
  const changed = new Emitter<Settings>()
  const settings = { current: { ...defaultSettings, stackEngine: 'local' as const }, onDidChange: changed.event }
  const lakehouse = createLakehouse({
    log: silentLog,
    settings,
    secrets: async () => undefined,
    projectFolder: project,
    productFolder: process.cwd(),
    env: { ...process.env, ...env },
  })
  const close = async (): Promise<void> => {
    await lakehouse.stack.change({ kind: 'down' }, () => {}, never)
    lakehouse.dispose()
    rmSync(root, { recursive: true, force: true, maxRetries: 5 })
  }
  try {
    await lakehouse.stack.change({ kind: 'up', services: ['mlflow'] }, report, never)
  } catch (error) {
    await close()
    throw error
  }
  const url = lakehouse.mlflow.client(localStackName).server.url
  return {
    lakehouse,
    url,
    project,
    env,
    setConnections: connections => {
      settings.current = { ...settings.current, connections }
      changed.fire(settings.current)
    },
    post: async (path, body) => await send(`${url}/api/2.0/mlflow/${path}`, { method: 'POST', body: JSON.stringify(body) }),
    upload: async ({ experimentId, runId }, path, content) => {
      const name = path.split('/').map(encodeURIComponent).join('/')
      await send(`${url}/api/2.0/mlflow-artifacts/artifacts/${experimentId}/${runId}/artifacts/${name}`, { method: 'PUT', body: content })
    },
    close,
  }
}

async function send(address: string, request: { readonly method: string; readonly body: string }): Promise<Record<string, unknown>> {
  const response = await fetch(address, { ...request, headers: { 'content-type': 'application/json' } })
  const text = await response.text()
  if (!response.ok) throw new Error(`${address} answered ${response.status}: ${text}`)
  // SAFETY: MLflow answers with an object, or with nothing to an upload.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return JSON.parse(text === '' ? '{}' : text) as Record<string, unknown>
}

/** Creates an experiment. */
export async function logExperiment({ post }: Pick<MlflowBed, 'post'>, name: string): Promise<string> {
  return String((await post('experiments/create', { name }))['experiment_id'])
}

/** Creates a run, and logs what is given of it; a metric's points as [step, value]. */
export async function logRun(
  { post }: Pick<MlflowBed, 'post'>,
  of: {
    readonly experimentId: string
    readonly name: string
    readonly started: number
    readonly params?: Readonly<Record<string, string>>
    readonly metrics?: Readonly<Record<string, readonly (readonly [number, number | string])[]>>
  },
): Promise<LoggedRun> {
  const { experimentId, name, started, params = {}, metrics = {} } = of
  const created = await post('runs/create', { experiment_id: experimentId, run_name: name, start_time: started, user_id: 'ana' })
  const runId = /"run_id":"(\w+)"/.exec(JSON.stringify(created))?.[1] ?? ''
  const points = Object.entries(metrics).flatMap(([key, values]) =>
    values.map(([step, value]) => ({ key, value, step, timestamp: started + Math.max(0, Math.min(step, 1e6)) })),
  )
  await post('runs/log-batch', { run_id: runId, params: Object.entries(params).map(([key, value]) => ({ key, value })) })
  for (let from = 0; from < points.length; from += 1000) {
    await post('runs/log-batch', { run_id: runId, metrics: points.slice(from, from + 1000) })
  }
  return { experimentId, runId }
}
