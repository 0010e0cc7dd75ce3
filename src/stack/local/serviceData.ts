import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Loss, ServiceName } from '#stack/types.ts'
import { lossesOf } from './losses.ts'
import { serviceOf } from './record.ts'

/** What of a service's data is there. @param data names below its folders, `.` for all of them */
export async function dataLosses(
  stackFolder: string,
  name: ServiceName,
  data: readonly string[],
  signal: AbortSignal,
): Promise<readonly Loss[]> {
  const folders = await foldersOf(stackFolder, name)
  return lossesOf(
    folders.flatMap(folder => data.map(entry => join(folder, entry))),
    signal,
  )
}

/** Removes the folders of a service but for these entries, and its logs. */
export async function removeAllBut(stackFolder: string, name: ServiceName, kept: readonly string[]): Promise<void> {
  for (const folder of await foldersOf(stackFolder, name)) {
    for (const entry of await readdir(folder)) if (!kept.some(part => isPart(entry, part))) await remove(join(folder, entry))
    if ((await readdir(folder)).length === 0) await remove(folder)
  }
  const logs = join(stackFolder, 'logs')
  for (const entry of await readdir(logs).catch(() => [])) {
    if (serviceOf(entry.replace(/\.log(?:\.1)?$/, '')) === name) await remove(join(logs, entry))
  }
}

/** SQLite keeps beside a database what is not in it yet: `mlflow.db-journal`, `mlflow.db-wal`. */
function isPart(entry: string, name: string): boolean {
  return entry === name || entry.startsWith(`${name}-`)
}

/** Those of all processes of a service. */
async function foldersOf(stackFolder: string, name: ServiceName): Promise<readonly string[]> {
  const entries = await readdir(stackFolder, { withFileTypes: true }).catch(() => [])
  return entries.filter(entry => entry.isDirectory() && serviceOf(entry.name) === name).map(entry => join(stackFolder, entry.name))
}

async function remove(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 3 })
}
