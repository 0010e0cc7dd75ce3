import { dirname, join } from 'node:path'
import { asError } from '#base/errors.ts'
import { untilAborted } from '#base/untilAborted.ts'
import { findPlaces, folderOfStack, type Environment } from '#runtime/places.ts'
import type { FoundEngine } from '#stack/docker/findEngine.ts'
import type { EngineKind, StackState } from '#stack/types.ts'
import type { BucketFacts, Facts, FileFacts, HostAddress } from './facts.ts'
import { activeServices } from './fixes.ts'
import type { Finding } from './finding.ts'
import { readDefinition, type Definition } from './gather/definition.ts'
import { seeEngine, type SeenEngine } from './gather/engines.ts'
import { seeImages } from './gather/images.ts'
import { seeLeftovers } from './gather/leftovers.ts'
import { seeLocal } from './gather/local.ts'
import { seeDisks, seeMachine } from './gather/machine.ts'
import { seeNetwork } from './gather/network.ts'
import { seePorts, wantedPorts } from './gather/ports.ts'
import { seeServers } from './gather/servers.ts'
import { seeWorkspace } from './gather/workspace.ts'
import { findingsOf } from './rules.ts'

/** What was found, and what could not be looked at. */
export interface Diagnosis {
  readonly engine: StackState['engine']
  /** Absolute path of the folder's compose file; null where it has none. */
  readonly file: string | null
  /** Epoch ms. */
  readonly checkedAt: number
  /** Errors first. */
  readonly findings: readonly Finding[]
  readonly unchecked: readonly Unchecked[]
}

export interface Unchecked {
  readonly part: Part
  readonly why: string
}

/** What is looked at, each by itself and at the same time. */
export const parts = [
  'services',
  'file',
  'engine',
  'machine',
  'disks',
  'network',
  'local',
  'leftovers',
  'workspace',
  'ports',
  'servers',
  'buckets',
  'images',
] as const

export type Part = (typeof parts)[number]

export interface ExaminePorts {
  readonly projectFolder: string
  /** Where locks/ and templates/ of the installed product lie. */
  readonly productFolder: string
  readonly env: Environment
  /** Addresses that the user has set for connections. */
  readonly settings: () => readonly HostAddress[]
  /** What the user has chosen to run it. */
  readonly engine: () => EngineKind | 'auto'
  readonly look: (signal: AbortSignal) => Promise<StackState>
  /** Undefined where no object store answers. */
  readonly buckets: (state: StackState, signal: AbortSignal) => Promise<BucketFacts | undefined>
  readonly now: () => number
}

export type ReportPart = (progress: { readonly part: Part; readonly done: number; readonly total: number }) => void

/** No part may take longer; all of them together hardly do. */
const partMs = 4500

/** Looks at everything at once, within some five seconds, and changes nothing. @throws the abort reason */
export async function examine(ports: ExaminePorts, report: ReportPart, signal: AbortSignal): Promise<Diagnosis> {
  const unchecked: Unchecked[] = []
  let done = 0
  const see = async <T>(part: Part, task: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> => {
    const within = AbortSignal.any([signal, AbortSignal.timeout(partMs)])
    try {
      return await untilAborted(task(within), within)
    } catch (error) {
      signal.throwIfAborted()
      unchecked.push({ part, why: within.aborted ? 'it took too long' : asError(error).message })
      return undefined
    } finally {
      report({ part, done: (done += 1), total: parts.length })
    }
  }
  const facts = await gather(ports, see)
  const { file } = facts
  return { engine: facts.engine, file: file?.file ?? null, checkedAt: ports.now(), findings: findingsOf(facts), unchecked }
}

type See = <T>(part: Part, task: (signal: AbortSignal) => Promise<T>) => Promise<T | undefined>

async function gather(ports: ExaminePorts, see: See): Promise<Facts> {
  const { env, projectFolder, productFolder, settings } = ports
  const places = findPlaces(env)
  const own = folderOfStack(places, projectFolder)
  const locksFolder = join(productFolder, 'locks')
  const looking = see('services', ports.look)
  const reading = see('file', signal => readDefinition(ports, signal))
  const asking = see('engine', async signal => seeEngine(env, (await reading)?.projectName ?? null, signal))
  const finding = see('local', signal => seeLocal({ env, stackFolder: own }, signal))
  const alone = {
    machine: see('machine', seeMachine),
    disks: see('disks', async () => {
      const folder = (await asking)?.folder ?? null
      const folders = [{ what: 'data', folder: own } as const, { what: 'cache', folder: places.cache } as const]
      return seeDisks(folder === null ? folders : [...folders, { what: 'engine', folder }])
    }),
    network: see('network', async signal => seeNetwork(env, (await finding)?.python, signal)),
    leftovers: see('leftovers', async signal => {
      const python = (await finding)?.python
      return python ? seeLeftovers({ env, cache: places.cache, locksFolder, python }, signal) : []
    }),
    host: see('workspace', async signal =>
      seeWorkspace({ folder: projectFolder, env, settings: settings(), file: (await reading)?.own }, signal),
    ),
  }
  const known = { looking, reading, asking }
  const later = { ports: seeWanted(known, dirname(own), see), ...seeRunning(known, ports, see) }
  const state = await looking
  const waited = { local: (await finding)?.facts, services: state?.services, container: (await asking)?.facts }
  const found = { ...(await all(alone)), ...(await all(later)), ...waited }
  const file = (await reading)?.own ?? null
  return { engine: engineOf(ports.engine(), { state, file, engine: (await asking)?.engine }), file, ...defined(found) }
}

interface Seen {
  readonly state: StackState | undefined
  readonly file: FileFacts | null
  readonly engine: FoundEngine | undefined
}

/** Who runs the stack; who would, where its file cannot be used as it stands. */
function engineOf(setting: EngineKind | 'auto', { state, file, engine }: Seen): EngineKind {
  if (setting !== 'auto') return setting
  if (file && file.diagnostics.length > 0) return engine ? 'docker' : 'local'
  return state?.engine ?? 'local'
}

/** What the other parts wait for. */
interface Known {
  readonly looking: Promise<StackState | undefined>
  readonly reading: Promise<Definition | undefined>
  readonly asking: Promise<SeenEngine | undefined>
}

function seeWanted({ looking, reading, asking }: Known, stacksFolder: string, see: See) {
  return see('ports', async () => {
    const [state, definition, engine] = await Promise.all([looking, reading, asking])
    const wanted = wantedPorts(definition?.own ?? definition?.embedded, state?.services ?? [])
    const isOwn = definition?.own !== undefined
    const places = wanted.map(each => (isOwn ? each : { ...each, at: null }))
    return seePorts({ wanted: places, published: engine?.facts.published ?? [], stacksFolder })
  })
}

function seeRunning({ looking, reading, asking }: Known, ports: ExaminePorts, see: See) {
  return {
    servers: see('servers', async signal => {
      const [state, definition] = await Promise.all([looking, reading])
      if (!state) return []
      // Plain processes know each other by the names that this machine has.
      const services = state.engine === 'docker' ? (definition?.own?.services ?? []) : []
      return seeServers(
        state,
        ({ name }) =>
          services.filter(each => each.name === name).flatMap(each => each.ports.slice(0, 1).map(port => `${name}:${port.containerPort}`)),
        signal,
      )
    }),
    buckets: see('buckets', async signal => {
      const state = await looking
      return state && (await ports.buckets(state, signal))
    }),
    images: see('images', async signal => {
      const [state, definition, engine] = await Promise.all([looking, reading, asking])
      if (
        !engine?.engine ||
        !definition?.own ||
        engineOf(ports.engine(), { state, file: definition.own, engine: engine.engine }) === 'local'
      )
        return undefined
      return seeImages(activeServices({ engine: 'docker', file: definition.own }), engine.engine.client, signal)
    }),
  }
}

type Promises = Readonly<Record<string, Promise<unknown>>>

async function all<T extends Promises>(promises: T): Promise<{ [K in keyof T]: Awaited<T[K]> }> {
  const entries = await Promise.all(Object.entries(promises).map(async ([name, promise]) => [name, await promise] as const))
  // SAFETY: the same keys, each with what its promise gave.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return Object.fromEntries(entries) as { [K in keyof T]: Awaited<T[K]> }
}

function defined<T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  // SAFETY: the members without those that are undefined.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
}
