import { mkdir, rm } from 'node:fs/promises'
import { asError, LakehouseError } from '#base/errors.ts'
import { shellWord } from '#base/shellWord.ts'
import type { ComposeService } from '#compose/project.ts'
import { composeLabels } from './labels.ts'
import { untilCompleted } from './ready.ts'
import type { Work } from './work.ts'

/** Makes the folders that a service mounts, as this user's: an engine would make them as its own user's, or refuse. */
export async function makeFolders({ client }: Work, { mounts, name }: ComposeService): Promise<void> {
  if (!client.isHere) return
  for (const mount of mounts) {
    if (mount.kind !== 'bind') continue
    try {
      await mkdir(mount.source, { recursive: true })
    } catch (cause) {
      if (hasCode(cause, 'EEXIST', 'ENOTDIR')) continue // a file
      throw new LakehouseError('denied', `Cannot make the folder ${mount.source} for ${name}: ${asError(cause).message}.`, { cause })
    }
  }
}

const deletionMs = 10 * 60_000
const inside = '/erased'

/** Deletes a folder that a service wrote to; what belongs to the user of its container is deleted by a container too. */
export async function removeFolder(work: Work, service: ComposeService, folder: string, signal: AbortSignal): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  } catch (cause) {
    if (!hasCode(cause, 'EACCES', 'EPERM')) throw undeletable(folder, cause)
    await emptyFromInside(work, service, folder, signal)
    await rm(folder, { recursive: true, force: true }).catch((error: unknown) => {
      throw undeletable(folder, error)
    })
  }
}

async function emptyFromInside(work: Work, service: ComposeService, folder: string, signal: AbortSignal): Promise<void> {
  const { client, project } = work
  const name = `${project.name}-${service.name}-erase`
  const body = {
    Image: service.image,
    Entrypoint: ['sh', '-c', `rm -rf ${inside}/* ${inside}/.[!.]* ${inside}/..?*`],
    Cmd: [],
    User: '0:0',
    NetworkDisabled: true,
    Healthcheck: { Test: ['NONE'] },
    Labels: { [composeLabels.project]: project.name, [composeLabels.service]: service.name, [composeLabels.oneOff]: 'True' },
    HostConfig: { Mounts: [{ Type: 'bind', Source: folder, Target: inside }] },
  }
  const id = await client.create(name, body, signal)
  try {
    await client.start(id, name, signal)
    await untilCompleted(work, service, id, deletionMs, signal)
  } catch (error) {
    signal.throwIfAborted()
    throw undeletable(folder, error)
  } finally {
    await client.remove(id, name, 'remove', new AbortController().signal)
  }
}

function undeletable(folder: string, cause: unknown): LakehouseError {
  return new LakehouseError('denied', `Cannot delete ${folder}: ${asError(cause).message}.`, {
    hint: `What a container wrote may belong to another user: \`sudo rm -r ${shellWord(folder)}\`.`,
    cause,
  })
}

function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.some(code => code === error.code)
}
