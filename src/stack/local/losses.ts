import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Loss } from '#stack/types.ts'

/** What of these paths is there, with all that is below. */
export async function lossesOf(paths: readonly string[], signal: AbortSignal): Promise<readonly Loss[]> {
  const losses: Loss[] = []
  for (const name of paths) {
    const bytes = await sizeOf(name, signal)
    if (bytes !== undefined) losses.push({ kind: 'folder', name, bytes })
  }
  return losses
}

/** Bytes of all files below a path; undefined when there is nothing. */
async function sizeOf(path: string, signal: AbortSignal): Promise<number | undefined> {
  signal.throwIfAborted()
  const own = await lstat(path).catch(() => undefined)
  if (!own?.isDirectory()) return own?.size
  const entries = await readdir(path, { withFileTypes: true }).catch(() => [])
  let bytes = 0
  for (const entry of entries.filter(each => each.isDirectory())) bytes += (await sizeOf(join(path, entry.name), signal)) ?? 0
  const files = entries.filter(entry => !entry.isDirectory()).map(entry => lstat(join(path, entry.name)).catch(() => undefined))
  for (const file of await Promise.all(files)) bytes += file?.size ?? 0
  return bytes
}
