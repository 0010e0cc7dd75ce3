import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** Bytes of all files below a path; undefined when there is nothing. What this user may not read counts as nothing. */
export async function folderSize(path: string, signal: AbortSignal): Promise<number | undefined> {
  signal.throwIfAborted()
  const own = await lstat(path).catch(() => undefined)
  if (!own?.isDirectory()) return own?.size
  const entries = await readdir(path, { withFileTypes: true }).catch(() => [])
  let bytes = 0
  for (const entry of entries.filter(each => each.isDirectory())) bytes += (await folderSize(join(path, entry.name), signal)) ?? 0
  const files = entries.filter(entry => !entry.isDirectory()).map(entry => lstat(join(path, entry.name)).catch(() => undefined))
  for (const file of await Promise.all(files)) bytes += file?.size ?? 0
  return bytes
}
