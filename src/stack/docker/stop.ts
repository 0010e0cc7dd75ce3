import type { ComposeService } from '#compose/project.ts'
import { findContainers, serviceOf, type Found } from './containers.ts'
import { ofProject } from './labels.ts'
import { removeNetworks } from './shared.ts'
import { isUp } from './stand.ts'
import type { Work } from './work.ts'

/** Ends the containers of a service; the containers stay. */
export async function stopService(work: Work, name: string, signal: AbortSignal): Promise<void> {
  const found = await findContainers(work.client, work.project.name, signal, name)
  await stopContainers(work, serviceOf(work.project, name), found, signal)
}

/** Ends containers and notes that this was asked for. */
export async function stopContainers(
  { client, record }: Work,
  service: ComposeService | undefined,
  containers: readonly Found[],
  signal: AbortSignal,
): Promise<void> {
  const ends = await Promise.all(
    containers.map(async ({ facts: { id }, name }) => {
      await client.stop(id, name, service?.stopGraceMs, signal)
      return [id, (await client.container(id, signal))?.finishedAt ?? ''] as const
    }),
  )
  await record.change(before => ({ ...before, stopped: { ...before.stopped, ...Object.fromEntries(ends) } }))
}

/** Ends a service and removes its containers, and the networks of a project that has none left. */
export async function removeService(work: Work, name: string, volumes: 'keep' | 'remove', signal: AbortSignal): Promise<void> {
  const { client, project, record } = work
  const found = await findContainers(client, project.name, signal, name)
  await stopContainers(work, serviceOf(project, name), found.filter(isUp), signal)
  for (const container of found) await client.remove(container.facts.id, container.name, volumes, signal)
  await record.change(({ stopped, scales }) => {
    const { [name]: _, ...others } = scales
    const gone = new Set(found.map(({ facts }) => facts.id))
    return { stopped: Object.fromEntries(Object.entries(stopped).filter(([id]) => !gone.has(id))), scales: others }
  })
  const left = await client.containers([ofProject(project.name)], signal)
  if (left.length === 0) await removeNetworks(work, signal)
}
