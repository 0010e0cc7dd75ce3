import { readFile, stat } from 'node:fs/promises'
import type { ContainerEngineFacts } from '#doctor/facts.ts'
import type { Environment } from '#runtime/places.ts'
import { findEngine, type EngineAttempt, type FoundEngine } from '#stack/docker/findEngine.ts'

/** The container engine, where one answers, with what the rules want to know of it. */
export interface SeenEngine {
  readonly facts: ContainerEngineFacts
  readonly engine: FoundEngine | undefined
  /** Where it keeps images and volumes, on a machine that may be this one. */
  readonly folder: string | null
}

const projectLabel = 'com.docker.compose.project'

/** Asks the container engine that this user would use. */
export async function seeEngine(env: Environment, ownProject: string | null, signal: AbortSignal): Promise<SeenEngine> {
  const { engine, attempts } = await findEngine({ env }, signal)
  const tries = attempts.map(({ source, address, problem }) => ({ source, address, outcome: problem?.message ?? 'it answers' }))
  const nobody = { tries, denied: engine ? null : await deniedOf(attempts), version: null, memoryBytes: null, published: [] }
  if (!engine) return { facts: nobody, engine, folder: null }
  const { client, facts } = engine
  const [machine, containers] = await Promise.all([client.machine(signal), client.containers([], signal)])
  const published = containers
    .filter(({ labels }) => ownProject === null || labels[projectLabel] !== ownProject)
    .flatMap(({ name, labels, ports }) => ports.map(({ hostPort }) => ({ port: hostPort, name, project: labels[projectLabel] ?? null })))
  const folder = client.isHere && machine.folder !== '' ? machine.folder : null
  return { facts: { ...nobody, version: facts.version, memoryBytes: machine.memoryBytes || null, published }, engine, folder }
}

/** The socket that is there and may not be used, with the group that may. */
async function deniedOf(attempts: readonly EngineAttempt[]): Promise<ContainerEngineFacts['denied']> {
  const denied = attempts.find(({ problem }) => problem?.code === 'denied')
  return denied ? { address: denied.address, group: await groupOf(denied.address.replace(/^unix:\/\//, '')) } : null
}

async function groupOf(path: string): Promise<string | null> {
  try {
    const { gid } = await stat(path)
    const groups = (await readFile('/etc/group', 'utf8')).split('\n').map(line => line.split(':'))
    return groups.find(([, , id]) => id === String(gid))?.[0] ?? null
  } catch {
    return null // no such file, or no such list, as on Windows and macOS
  }
}
