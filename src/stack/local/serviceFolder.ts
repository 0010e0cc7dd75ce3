import { mkdir, readdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { privateFolder, writePrivateFile } from '#process/privateFile.ts'
import type { ServiceLaunch } from './recipe.ts'

/** Removes what a crash left; only for a service that does not run. */
export async function clearStale(folder: string, patterns: readonly string[]): Promise<void> {
  for (const pattern of patterns) {
    const path = join(folder, pattern)
    const names = pattern.includes('*') ? await matching(path) : [path]
    for (const name of names) await rm(name, { recursive: true, force: true })
  }
}

/** Writes what a service reads at its start. */
export async function layOut(folder: string, { files, folders }: Pick<ServiceLaunch, 'files' | 'folders'>): Promise<void> {
  await privateFolder(folder)
  for (const path of folders) await mkdir(path, { recursive: true, mode: 0o700 })
  for (const [file, text] of Object.entries(files)) await writePrivateFile(file, text)
}

/** The files that a pattern with one `*` in its last part means. */
async function matching(pattern: string): Promise<string[]> {
  const folder = dirname(pattern)
  const [before = '', after = ''] = pattern.slice(folder.length + 1).split('*')
  const names = await readdir(folder).catch(() => [])
  return names.filter(name => name.startsWith(before) && name.endsWith(after)).map(name => join(folder, name))
}
