import { join, sep } from 'node:path'
import { isProblem } from '#base/errors.ts'
import type { ComposeProject, ComposeService } from '#compose/project.ts'
import { folderSize } from '#stack/folderSize.ts'
import type { Loss } from '#stack/types.ts'
import { findContainers, serviceOf } from './containers.ts'
import { removeFolder } from './folders.ts'
import { composeLabels } from './labels.ts'
import { removeService } from './stop.ts'
import type { Work } from './work.ts'

/** The folder of a project that holds what its services keep; what lies elsewhere (notebooks, apps, settings) is the user's work. */
const dataFolder = 'data'

/** The volumes of a service that belong to its project, and what it writes to in the project's folder `data`. */
export async function lossesOf(work: Work, name: string, signal: AbortSignal): Promise<readonly Loss[]> {
  const service = serviceOf(work.project, name)
  const volumes = await volumesOf(work, name, service, signal)
  const sizes = volumes.length > 0 ? await work.client.shared.volumeSizes(signal) : new Map<string, number>()
  const losses = volumes.map((volume): Loss => ({ kind: 'volume', name: volume, bytes: sizes.get(volume) ?? null }))
  for (const folder of service ? foldersOf(work.project, service) : []) {
    const bytes = await folderSize(folder, signal)
    if (bytes !== undefined) losses.push({ kind: 'folder', name: folder, bytes })
  }
  return losses
}

/** Removes a service with its containers, volumes and folders. What another service still uses stays until that one goes. */
export async function eraseService(work: Work, name: string, signal: AbortSignal): Promise<void> {
  const { client, project, log } = work
  const service = serviceOf(project, name)
  const volumes = await volumesOf(work, name, service, signal)
  await removeService(work, name, 'remove', signal)
  for (const volume of volumes) {
    try {
      await client.shared.removeVolume(volume, signal)
    } catch (error) {
      if (!isProblem(error, 'conflict')) throw error
      log.warn(`The volume ${volume} stays: another container uses it.`)
    }
  }
  if (!service || !client.isHere) return
  for (const folder of foldersOf(project, service)) await removeFolder(work, service, folder, signal)
  for (const { source } of keptBinds(project, service)) log.info(`${source} stays: it is not in ${join(project.folder, dataFolder)}.`)
}

async function volumesOf(
  { client, project }: Work,
  name: string,
  service: ComposeService | undefined,
  signal: AbortSignal,
): Promise<string[]> {
  const defined = project.volumes.filter(
    volume => !volume.isExternal && service?.mounts.some(mount => mount.kind === 'volume' && mount.source === volume.name),
  )
  const mounted = (await findContainers(client, project.name, signal, name)).flatMap(({ facts }) =>
    facts.volumes.map(volume => volume.name),
  )
  const names = new Set([...defined.map(({ engineName }) => engineName), ...mounted])
  const owned = await Promise.all(
    [...names].map(async volume => {
      const facts = await client.shared.volume(volume, signal)
      return facts?.labels[composeLabels.project] === project.name ? [volume] : []
    }),
  )
  return owned.flat().toSorted()
}

function foldersOf(project: ComposeProject, service: ComposeService): string[] {
  return bindsOf(service).flatMap(({ source, isReadOnly }) => (!isReadOnly && isData(project, source) ? [source] : []))
}

function keptBinds(project: ComposeProject, service: ComposeService): readonly { readonly source: string }[] {
  return bindsOf(service).filter(({ source, isReadOnly }) => !isReadOnly && !isData(project, source))
}

function bindsOf({ mounts }: ComposeService) {
  return mounts.flatMap(mount => (mount.kind === 'bind' ? [mount] : []))
}

function isData({ folder }: ComposeProject, source: string): boolean {
  const data = join(folder, dataFolder)
  return source === data || source.startsWith(data + sep)
}
