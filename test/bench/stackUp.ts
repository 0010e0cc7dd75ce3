import { mkdirSync, readFileSync, readlinkSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { systemClock } from '#base/clock.ts'
import type { ComposeService } from '#compose/project.ts'
import { readProject } from '#compose/readProject.ts'
import { identify, isAlive, type ProcessId } from '#process/processId.ts'
import { stopProcess } from '#process/stop.ts'
import { tryLoopback, waitHealthy, type Probe } from '#stack/health.ts'
import { findRecipe } from '#stack/local/recipes.ts'
import type { ServiceState } from '#stack/types.ts'
import { createDockerBed } from '../docker/bed.ts'
import { findDockerCompose } from '../support/dockerCompose.ts'
import { makeLakehouseProject, type LakehouseProject } from '../support/lakehouseProject.ts'
import { rowBeside, type BenchRow } from './row.ts'

const rounds = 5
const never = new AbortController().signal
const ignore = (): void => {}
const core = { COMPOSE_PROFILES: 'core' }

/** A warm start of the core group: object store, Spark master, worker and Connect; all is installed and has run before. */
export async function benchStackUp(): Promise<readonly BenchRow[]> {
  return [...(await benchLocal()), ...(await benchDocker())]
}

/** Beside the same programs, started by hand one after the other, each when the one before answers. */
async function benchLocal(): Promise<readonly BenchRow[]> {
  const project = await makeLakehouseProject('local', core)
  try {
    const programs = await programsOf(project)
    const [ours, theirs]: [number[], number[]] = [[], []]
    for (let round = 0; round < rounds; round += 1) {
      await change(project, 'down')
      theirs.push(await startByHand(programs))
      ours.push(await timed(async () => await change(project, 'up')))
    }
    tell('local', ours, theirs)
    return [rowBeside('stack-up/local', ours, 'the same processes by hand, in order', theirs)]
  } finally {
    await change(project, 'down')
    project.dispose()
  }
}

/** Beside `docker compose up --wait` on the same project: from stopped containers, and from none. */
async function benchDocker(): Promise<readonly BenchRow[]> {
  const host = process.env['DOCKER_HOST']
  const compose = findDockerCompose()
  if (host === undefined || !compose) {
    process.stderr.write('stack-up/docker is left out: it needs DOCKER_HOST and docker compose.\n')
    return []
  }
  const images = await createDockerBed(host).imageVariables()
  const project = await makeLakehouseProject('docker', { ...images, ...core }, process.env)
  const [command = '', ...first] = compose
  const run = async (...args: readonly string[]): Promise<unknown> => await project.run(command, [...first, ...args])
  try {
    await change(project, 'up')
    const rows: BenchRow[] = []
    for (const [name, end, theirEnd] of [
      ['stopped', 'down', 'stop'],
      ['removed', 'remove', 'down'],
    ] as const) {
      const [ours, theirs]: [number[], number[]] = [[], []]
      for (let round = 0; round < rounds; round += 1) {
        await change(project, end)
        theirs.push(await timed(async () => await run('up', '--detach', '--wait')))
        await run(theirEnd)
        ours.push(await timed(async () => await change(project, 'up')))
      }
      tell(`docker/${name}`, ours, theirs)
      rows.push(rowBeside(`stack-up/docker/${name}`, ours, 'docker compose up --wait', theirs))
    }
    return rows
  } finally {
    await change(project, 'remove')
    project.dispose()
  }
}

async function change({ lakehouse }: LakehouseProject, kind: 'up' | 'down' | 'remove'): Promise<void> {
  await lakehouse.stack.change({ kind }, ignore, never)
}

/** A program of the stack as it runs, to be run again. */
interface Program {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly folder: string
  readonly probe: Probe
  readonly stopMs: number
}

/** Starts the stack once and notes what runs, in the order of starting. */
async function programsOf(project: LakehouseProject): Promise<readonly Program[]> {
  const { services } = await project.lakehouse.stack.change({ kind: 'up' }, ignore, never)
  const reading = await readProject(project.folder, process.env, never)
  if (reading?.kind !== 'project') throw new Error('The compose file of a new project cannot be read.')
  return services
    .filter(({ pid }) => pid !== null)
    .map(service =>
      programOf(
        service,
        reading.project.services.find(({ name }) => name === service.name),
      ),
    )
}

function programOf({ name, pid, port }: ServiceState, service: ComposeService | undefined): Program {
  const recipe = service && findRecipe(service)
  if (!recipe || port === null) throw new Error(`${name} runs by no recipe.`)
  const [command = '', ...args] = words(`/proc/${pid}/cmdline`)
  const env = Object.fromEntries(
    words(`/proc/${pid}/environ`).map(word => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]),
  )
  return { name, command, args, env, folder: readlinkSync(`/proc/${pid}/cwd`), probe: recipe.probe({ main: port }), stopMs: recipe.stopMs }
}

function words(file: string): string[] {
  return readFileSync(file, 'utf8').split('\0').slice(0, -1)
}

async function startByHand(programs: readonly Program[]): Promise<number> {
  const started: { readonly id: ProcessId; readonly stopMs: number }[] = []
  const ms = await timed(async () => {
    for (const { name, command, args, env, folder, probe, stopMs } of programs) {
      // What a service forgets at its end, it expects at its start.
      mkdirSync(join(folder, 'scratch'), { recursive: true })
      const child = spawn(command, args, { env, cwd: folder, stdio: 'ignore', detached: true })
      const id = await identify(child.pid ?? 0)
      if (!id) throw new Error(`${name} does not start by hand.`)
      started.push({ id, stopMs })
      const outcome = await waitHealthy(
        { probe, tryProbe: tryLoopback, isAlive: () => isAlive(id), deadlineMs: startMs, clock: systemClock },
        never,
      )
      if (outcome !== 'healthy') throw new Error(`${name} by hand: ${outcome}`)
    }
  })
  for (const { id, stopMs } of started.toReversed()) await stopProcess(id, stopMs, systemClock)
  return ms
}

const startMs = 180_000

async function timed(task: () => Promise<unknown>): Promise<number> {
  const begin = performance.now()
  await task()
  return performance.now() - begin
}

function tell(name: string, ours: readonly number[], theirs: readonly number[]): void {
  const [one, other] = [ours, theirs].map(times => times.map(ms => Math.round(ms)).join(' '))
  process.stderr.write(`stack-up/${name}, ms: ${one} beside ${other}\n`)
}
