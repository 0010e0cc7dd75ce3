import { isProblem, LakehouseError } from '#base/errors.ts'
import type { ComposeService } from '#compose/project.ts'
import { composeLabels, networkLabels, ofProject, volumeLabels } from './labels.ts'
import type { Work } from './work.ts'

/** Makes the networks and volumes that services use and that are not there. @throws LakehouseError `notFound` for an external one */
export async function ensureShared(work: Work, services: readonly ComposeService[], signal: AbortSignal): Promise<void> {
  const { project } = work
  const networks = project.networks.filter(({ name }) => services.some(service => service.networks.some(network => network.name === name)))
  const volumes = project.volumes.filter(({ name }) =>
    services.some(({ mounts }) => mounts.some(mount => mount.kind === 'volume' && mount.source === name)),
  )
  await Promise.all([
    ...networks.map(network => ensureNetwork(work, network, signal)),
    ...volumes.map(volume => ensureVolume(work, volume, signal)),
  ])
}

/** Removes the networks of a project, when no container is left in them. */
export async function removeNetworks({ client, project, log }: Work, signal: AbortSignal): Promise<void> {
  for (const { name } of await client.shared.networks([ofProject(project.name)], signal)) {
    try {
      await client.shared.removeNetwork(name, signal)
    } catch (error) {
      if (!isProblem(error, 'conflict') && !isProblem(error, 'denied')) throw error
      log.info(`The network ${name} stays: something else is in it.`)
    }
  }
}

interface Shared {
  readonly name: string
  readonly engineName: string
  readonly isExternal: boolean
}

async function ensureNetwork({ client, project, log }: Work, { name, engineName, isExternal }: Shared, signal: AbortSignal): Promise<void> {
  const found = await client.shared.network(engineName, signal)
  if (!found && isExternal) throw missing('network', engineName)
  if (found) {
    if (!isExternal && found.labels[composeLabels.network] !== name) {
      log.warn(`The network ${engineName} was made by something else; \`docker compose up\` refuses it.`)
    }
    return
  }
  await unlessMadeMeanwhile(client.shared.createNetwork(engineName, networkLabels(project.name, name), signal))
}

async function ensureVolume({ client, project }: Work, { name, engineName, isExternal }: Shared, signal: AbortSignal): Promise<void> {
  const found = await client.shared.volume(engineName, signal)
  if (found) return
  if (isExternal) throw missing('volume', engineName)
  await client.shared.createVolume(engineName, volumeLabels(project.name, name), signal)
}

async function unlessMadeMeanwhile(making: Promise<void>): Promise<void> {
  try {
    await making
  } catch (error) {
    if (!isProblem(error, 'conflict')) throw error
  }
}

function missing(kind: 'network' | 'volume', name: string): LakehouseError {
  return new LakehouseError('notFound', `The ${kind} ${name} does not exist, and the definition calls it external.`, {
    hint: `Make it with \`docker ${kind} create ${name}\`, or take \`external\` out of the file.`,
  })
}
