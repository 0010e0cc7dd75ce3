import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { localStackName } from '#app/connection.ts'
import { createLakehouse, type Lakehouse } from '#app/lakehouse.ts'
import { createProject } from '#app/newProject.ts'
import { defaultSettings } from '#app/settings.ts'
import { createSqlRunner, type SqlRow } from '#app/sqlRunner.ts'
import { Emitter } from '#base/event.ts'
import { silentLog } from '#base/log.ts'
import { freePort } from '#process/ports.ts'
import { findPlaces } from '#runtime/places.ts'
import type { EngineKind } from '#stack/types.ts'
import { output } from '../docker/docker.ts'

/** A project as *New lakehouse project* writes it, with ports of its own and, where given, other images. */
export interface LakehouseProject {
  readonly folder: string
  /** Its name in Docker. */
  readonly name: string
  readonly files: readonly string[]
  readonly lakehouse: Lakehouse
  /** By the names that .env has them under. */
  readonly ports: Readonly<Record<PortVariable, number>>
  sql(text: string): Promise<readonly SqlRow[]>
  /** Runs a program in the folder and gives what it prints. */
  run(command: string, args: readonly string[], env?: NodeJS.ProcessEnv): Promise<string>
  /** Closes the lakehouse and deletes the folder; the stack must be down. */
  dispose(): void
}

const portVariables = [
  'S3_PORT',
  'S3_CONSOLE_PORT',
  'SPARK_MASTER_PORT',
  'SPARK_MASTER_UI_PORT',
  'SPARK_WORKER_UI_PORT',
  'SPARK_CONNECT_PORT',
  'SPARK_UI_PORT',
  'MLFLOW_PORT',
  'PREFECT_PORT',
  'STREAMLIT_PORT',
  'NGINX_PORT',
  'JUPYTER_PORT',
] as const

type PortVariable = (typeof portVariables)[number]

const firstPort = 19_100

const never = new AbortController().signal

export async function makeLakehouseProject(
  engine: EngineKind,
  variables: Readonly<Record<string, string>> = {},
  env: NodeJS.ProcessEnv = process.env,
): Promise<LakehouseProject> {
  const root = mkdtempSync(join(tmpdir(), 'dfproject-'))
  const name = `lake-${process.pid}`
  const folder = join(root, name)
  const files = await createProject(process.cwd(), folder, never)
  const ports = await chosenPorts()
  const lines = Object.entries({ ...ports, ...variables }).map(([variable, value]) => `${variable}=${value}\n`)
  appendFileSync(join(folder, '.env'), lines.join(''))
  const lakehouse = createLakehouse({
    log: silentLog,
    settings: { current: { ...defaultSettings, stackEngine: engine }, onDidChange: new Emitter<never>().event },
    secrets: () => Promise.resolve(undefined),
    projectFolder: folder,
    productFolder: process.cwd(),
    env: { ...env, DATAFLOW_HOME: join(root, 'home'), DATAFLOW_CACHE: findPlaces(env).cache },
  })
  const sql = createSqlRunner(lakehouse.statements, localStackName, 'project')
  return {
    folder,
    name,
    files,
    lakehouse,
    ports,
    sql: async text => await sql(text, never),
    run: async (command, args, more = {}) => await output(command, args, { env: { ...process.env, ...more }, cwd: folder }),
    dispose: () => {
      lakehouse.dispose()
      rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
    },
  }
}

async function chosenPorts(): Promise<Readonly<Record<PortVariable, number>>> {
  const taken = new Set<number>()
  for (const [index] of portVariables.entries()) taken.add(await freePort(firstPort + 50 * index, taken))
  const ports = [...taken]
  // SAFETY: one port for each name.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return Object.fromEntries(portVariables.map((name, index) => [name, ports[index]])) as Record<PortVariable, number>
}
