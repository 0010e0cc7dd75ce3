import { realpath } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
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
  for (const folder of service ? await foldersOf(work.project, service) : []) {
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
  const folders = await foldersOf(project, service)
  const others = folders.length > 0 ? await othersOf(work, name, signal) : []
  for (const folder of folders) {
    const user = others.find(other => bindsOf(other).some(({ source }) => isBelow(folder, source)))
    if (user) log.warn(`${folder} stays: ${user.name} uses it.`)
    else await removeFolder(work, service, folder, signal)
  }
  for (const { source, isReadOnly } of bindsOf(service)) {
    if (!isReadOnly && !folders.includes(source)) log.info(`${source} stays: it is not data of ${name} alone in ${dataOf(project)}.`)
  }
}

/** The other services that have containers. */
async function othersOf({ client, project }: Work, name: string, signal: AbortSignal): Promise<readonly ComposeService[]> {
  const found = await findContainers(client, project.name, signal)
  return project.services.filter(other => other.name !== name && found.some(({ service }) => service === other.name))
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

/** What a service writes to in the folder of data. Folders that hold those of other services, and what a link leads to, stay. */
async function foldersOf(project: ComposeProject, service: ComposeService): Promise<readonly string[]> {
  const others = project.services.filter(({ name }) => name !== service.name).flatMap(bindsOf)
  const own = bindsOf(service).filter(
    ({ source, isReadOnly }) =>
      !isReadOnly && isBelow(source, dataOf(project)) && !others.some(other => other.source !== source && isBelow(other.source, source)),
  )
  const areReal = await Promise.all(own.map(({ source }) => isReal(source, project.folder)))
  return own.flatMap(({ source }, index) => (areReal[index] === true ? [source] : []))
}

function bindsOf({ mounts }: ComposeService) {
  return mounts.flatMap(mount => (mount.kind === 'bind' ? [mount] : []))
}

function dataOf({ folder }: ComposeProject): string {
  return join(folder, dataFolder)
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder + sep)
}

/** Whether a path is there, and no link on its way leads elsewhere. */
async function isReal(path: string, folder: string): Promise<boolean> {
  const [end, start] = await Promise.all([path, folder].map(each => realpath(each).catch(() => undefined)))
  return end !== undefined && start !== undefined && relative(start, end) === relative(folder, path)
}
