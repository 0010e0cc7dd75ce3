import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { jarsFolder } from './jars.ts'
import { folderOfEnvironment } from './pythonEnvironment.ts'
import type { Python } from './pythonFacts.ts'

const environments = ['spark', 'mlflow', 'prefect', 'streamlit'] as const
const jarSets = ['spark', 's3proxy'] as const

/** Folders of the cache that an earlier version, or another Python, has made: what is asked for today lies elsewhere. */
export async function leftoverFolders(cache: string, locksFolder: string, python: Python): Promise<readonly string[]> {
  const buildLockFile = join(locksFolder, 'build.txt')
  const current = await Promise.all([
    ...environments.map(name => folderOfEnvironment({ name, lockFile: join(locksFolder, `${name}.txt`), buildLockFile }, cache, python)),
    ...jarSets.map(async name => jarsFolder(cache, name, await readFile(join(locksFolder, `${name}-jars.txt`), 'utf8'))),
  ])
  const there = await Promise.all([madeFolders(join(cache, 'environments'), environments), madeFolders(join(cache, 'jars'), jarSets)])
  return there.flat().filter(folder => !current.includes(folder))
}

/** Complete folders `NAME-HASH`; half-made ones and locks have longer names. */
async function madeFolders(parent: string, names: readonly string[]): Promise<readonly string[]> {
  const entries = await readdir(parent).catch(() => []) // nothing was installed yet
  const pattern = new RegExp(`^(?:${names.join('|')})-[0-9a-f]{12}$`)
  return entries.filter(name => pattern.test(name)).map(name => join(parent, name))
}
