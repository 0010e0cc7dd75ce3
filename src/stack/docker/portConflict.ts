import { isProblem, LakehouseError } from '#base/errors.ts'
import type { ComposeService } from '#compose/project.ts'
import { portOwner } from '#process/portOwner.ts'
import type { EngineClient } from './client.ts'
import { titleFirst } from './work.ts'

/** Engines have a sentence for it and no code. */
const words = /address already in use|port is already allocated/i

/** A failed start as one that names the port and who holds it, where that was why; else the failure itself. */
export async function portConflict(client: EngineClient, service: ComposeService, error: unknown, signal: AbortSignal): Promise<unknown> {
  if (!isProblem(error) || !words.test(error.message)) return error
  const ports = service.ports.flatMap(({ hostPort }) => hostPort ?? [])
  const named = ports.find(port => new RegExp(`:${port}\\b`).test(error.message)) ?? ports[0]
  if (named === undefined) return error
  const owner = await ownerOf(client, named, signal)
  return new LakehouseError(
    'conflict',
    `${titleFirst(service)} cannot start: port ${named} is taken${owner === undefined ? '' : ` by ${owner}`}.`,
    {
      hint: `End what uses the port, or give ${service.name} another one in the compose file or .env; the doctor finds all that are taken and can move them.`,
      details: { service: service.name, port: named, ...(owner === undefined ? {} : { owner }) },
      cause: error,
    },
  )
}

async function ownerOf(client: EngineClient, port: number, signal: AbortSignal): Promise<string | undefined> {
  const containers = await client.containers([], signal)
  const container = containers.find(({ ports }) => ports.some(({ hostPort }) => hostPort === port))
  if (container) return `the container ${container.name}`
  const owner = client.isHere ? await portOwner(port) : undefined
  return owner && `${owner.command || 'a process'} (process ${owner.pid})`
}
