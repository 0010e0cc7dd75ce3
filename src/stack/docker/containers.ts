import type { ComposeProject, ComposeService } from '#compose/project.ts'
import { limit } from '#base/limit.ts'
import type { EngineClient } from './client.ts'
import type { ServiceHashes } from './hashes.ts'
import { composeLabels, numberOf, ofProject } from './labels.ts'
import type { DockerRecord } from './record.ts'
import type { ContainerFacts } from './wire.ts'

const looksAtOnce = 8

/** A container of the project. */
export interface Found {
  readonly facts: ContainerFacts
  readonly name: string
  readonly service: string
  readonly number: number
}

/** The containers of a project by service and number; those of single commands (`docker compose run`) are nobody's. */
export async function findContainers(client: EngineClient, project: string, signal: AbortSignal, service?: string): Promise<Found[]> {
  const labels = [ofProject(project), ...(service === undefined ? [] : [`${composeLabels.service}=${service}`])]
  const listed = await client.containers(labels, signal)
  const lanes = limit(looksAtOnce)
  const found = await Promise.all(
    listed.map(({ id, name }) =>
      lanes(async (): Promise<Found[]> => {
        const facts = await client.container(id, signal)
        const owner = facts?.labels[composeLabels.service]
        if (!facts || owner === undefined || facts.labels[composeLabels.oneOff] === 'True') return []
        return [{ facts, name, service: owner, number: numberOf(facts.labels) }]
      }),
    ),
  )
  return found.flat().toSorted((a, b) => a.number - b.number)
}

/** The ids of the images that services name now; a service whose image is not there is missing. */
export async function imageIds(
  client: EngineClient,
  services: readonly ComposeService[],
  signal: AbortSignal,
): Promise<Map<string, string>> {
  const references = [...new Set(services.map(({ image }) => image))]
  const lanes = limit(looksAtOnce)
  const ids = await Promise.all(references.map(reference => lanes(async () => (await client.images.find(reference, signal))?.id)))
  return new Map(references.flatMap((reference, index) => (ids[index] === undefined ? [] : [[reference, ids[index]] as const])))
}

/** What a container is compared with. */
export interface Wanted {
  readonly service: ComposeService
  readonly hashes: ServiceHashes
  /** Undefined when the engine does not have the image: what runs from it is kept. */
  readonly imageId: string | undefined
}

/** Whether a container was made from this definition and from the image as it is now. */
export function isAsDefined({ facts }: Found, { service, hashes, imageId }: Wanted): boolean {
  // The label is what was asked for; image stores differ in what they call the image of a container.
  const madeFrom = facts.labels[composeLabels.image] ?? facts.imageId
  return hashes.fits(service.name, facts.labels) && (imageId === undefined || madeFrom === imageId)
}

/** How many containers of a service there should be. */
export function wantedCount({ name, scale }: ComposeService, { scales }: DockerRecord): number {
  const asked = scales[name]
  return asked?.of === scale ? asked.count : scale
}

export function serviceOf(project: ComposeProject, name: string): ComposeService | undefined {
  return project.services.find(service => service.name === name)
}
