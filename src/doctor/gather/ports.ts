import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { ContainerEngineFacts, FileFacts, FilePlace, FileService, PortFacts } from '#doctor/facts.ts'
import type { PortHolder } from '#doctor/finding.ts'
import { freePort } from '#process/ports.ts'
import { portOwner } from '#process/portOwner.ts'
import { readJsonFile } from '#process/privateFile.ts'
import type { ServiceName, ServiceState } from '#stack/types.ts'

export interface WantedPort {
  readonly port: number
  readonly service: ServiceName
  readonly at: { readonly place: FilePlace; readonly written: string; readonly isShort: boolean } | null
}

export interface PortSearch {
  readonly wanted: readonly WantedPort[]
  readonly published: ContainerEngineFacts['published']
  /** Where the stacks of all folders lie. */
  readonly stacksFolder: string
}

/** The ports that a start of the stack would need: those of what is active and stands still, or could not start. */
export function wantedPorts(file: FileFacts | undefined, states: readonly ServiceState[]): readonly WantedPort[] {
  const isWanted = ({ name, isActive }: FileService): boolean => {
    const state = states.find(each => each.name === name)
    if (state === undefined) return isActive
    const isStill = state.state === 'stopped' || (state.state === 'failed' && state.pid === null)
    return isStill && state.isActive && state.unavailable === null
  }
  return (file?.services ?? [])
    .filter(isWanted)
    .flatMap(({ name, ports }) =>
      ports.flatMap(({ hostPort, at, written, isShort }) =>
        hostPort === null ? [] : [{ port: hostPort, service: name, at: { place: at, written, isShort } }],
      ),
    )
}

/** Those of the ports that somebody has, with who it is as far as the machine tells, and another one each that is free. */
export async function seePorts({ wanted, published, stacksFolder }: PortSearch): Promise<readonly PortFacts[]> {
  const isFree = await Promise.all(wanted.map(async ({ port }) => (await freePort(port)) === port))
  const given = new Set(wanted.map(({ port }) => port))
  const seen: PortFacts[] = []
  for (const each of wanted.filter((_wanted, index) => isFree[index] === false)) {
    const free = await freePort(each.port, given)
    given.add(free)
    seen.push({ ...each, free, holder: await holderOf(each.port, published, stacksFolder) })
  }
  return seen
}

async function holderOf(port: number, published: ContainerEngineFacts['published'], stacksFolder: string): Promise<PortHolder> {
  const container = published.find(each => each.port === port)
  if (container) return { kind: 'container', name: container.name, project: container.project }
  const owner = await portOwner(port)
  if (!owner) return { kind: 'unknown' }
  const stack = await stackOf(owner.pid, stacksFolder)
  return stack ? { kind: 'stack', ...stack } : { kind: 'process', pid: owner.pid, name: owner.command }
}

/** The stack of ours that a process belongs to: each has a file that names its folder and its processes. */
async function stackOf(pid: number, stacksFolder: string): Promise<{ folder: string; service: ServiceName } | undefined> {
  const entries = await readdir(stacksFolder, { withFileTypes: true }).catch(() => []) // there is none yet
  for (const { name } of entries.filter(entry => entry.isDirectory())) {
    const record = await readJsonFile(join(stacksFolder, name, 'stack.json'))
    const folder = member(record, 'projectFolder')
    const services = Object.entries(asObject(member(record, 'services')))
    const service = services.find(([, value]) => member(member(value, 'process'), 'pid') === pid)
    if (typeof folder === 'string' && service) return { folder, service: service[0] }
  }
  return undefined
}

function asObject(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {}
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}
