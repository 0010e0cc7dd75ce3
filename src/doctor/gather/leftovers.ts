import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Leftover } from '#doctor/facts.ts'
import { runCommand } from '#process/run.ts'
import { definedOnly } from '#runtime/childEnv.ts'
import { leftoverFolders } from '#runtime/leftovers.ts'
import type { Environment } from '#runtime/places.ts'
import type { Python } from '#runtime/pythonFacts.ts'

export interface LeftoverSearch {
  readonly env: Environment
  readonly cache: string
  readonly locksFolder: string
  readonly python: Python
}

/** What the cache holds that nothing needs and no process runs from. */
export async function seeLeftovers({ env, cache, locksFolder, python }: LeftoverSearch, signal: AbortSignal): Promise<readonly Leftover[]> {
  const folders = await leftoverFolders(cache, locksFolder, python)
  if (folders.length === 0) return []
  const commands = await commandLines(env, signal)
  const idle = folders.filter(folder => commands !== undefined && !commands.some(line => line.includes(folder)))
  return await Promise.all(idle.map(async folder => ({ folder, bytes: await sizeOf(folder, signal) })))
}

/** What runs on this machine, as it was called; undefined where that is not to be had. */
async function commandLines(env: Environment, signal: AbortSignal): Promise<readonly string[] | undefined> {
  if (process.platform === 'win32') return undefined
  if (process.platform === 'linux') {
    const pids = (await readdir('/proc')).filter(name => /^\d+$/.test(name))
    return await Promise.all(pids.map(pid => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''))) // it has ended
  }
  const lines: string[] = []
  await runCommand({ command: 'ps', args: ['-axo', 'args='], env: definedOnly(env), onLine: line => void lines.push(line) }, signal)
  return lines
}

/** Bytes on disk; a file that two names have counts for each. */
async function sizeOf(folder: string, signal: AbortSignal): Promise<number> {
  signal.throwIfAborted()
  const entries = await readdir(folder, { withFileTypes: true })
  const sizes = await Promise.all(
    entries.map(async entry => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return await sizeOf(path, signal)
      return entry.isFile() ? (await stat(path)).size : 0
    }),
  )
  return sizes.reduce((total, size) => total + size, 0)
}
