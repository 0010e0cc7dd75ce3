import { randomUUID } from 'node:crypto'
import { access, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isProblem } from '#base/errors.ts'
import type { LocalFacts } from '#doctor/facts.ts'
import { isLocked } from '#process/lockFile.ts'
import { runCommand } from '#process/run.ts'
import { definedOnly } from '#runtime/childEnv.ts'
import type { Environment } from '#runtime/places.ts'
import { findPython } from '#runtime/python.ts'
import type { Python } from '#runtime/pythonFacts.ts'
import { nearest } from './machine.ts'

const tryAttribute = 'import os, sys; os.setxattr(sys.argv[1], "user.dataflow", b"1") if hasattr(os, "setxattr") else None'

export interface LocalSearch {
  readonly env: Environment
  /** Where the data of this folder's stack lie, there or not. */
  readonly stackFolder: string
}

export interface SeenLocal {
  readonly facts: LocalFacts
  /** Undefined where none will do. */
  readonly python: Python | undefined
}

/** Python, extended attributes of the data folder, and a lock that nobody holds any more. */
export async function seeLocal({ env, stackFolder }: LocalSearch, signal: AbortSignal): Promise<SeenLocal> {
  const lock = join(stackFolder, 'stack.lock')
  const staleLock = (await isThere(lock)) && !(await isLocked(lock)) ? lock : null
  try {
    const python = await findPython(env, signal)
    const withoutXattr = process.platform === 'linux' ? await lackOfXattr(python.executable, env, await nearest(stackFolder), signal) : null
    return { facts: { pythonProblem: null, withoutXattr, staleLock }, python }
  } catch (error) {
    if (!isProblem(error, 'notFound')) throw error
    const pythonProblem = { message: error.message, hint: error.hint ?? '' }
    return { facts: { pythonProblem, withoutXattr: null, staleLock }, python: undefined }
  }
}

/** Sets an attribute on a file of its own; null where that works, or nothing may be written. */
async function lackOfXattr(python: string, env: Environment, folder: string, signal: AbortSignal): Promise<LocalFacts['withoutXattr']> {
  const file = join(folder, `.dataflow-${randomUUID()}`)
  try {
    await writeFile(file, '', { mode: 0o600 })
  } catch {
    return null // a folder that is not ours yet: the start makes its own below
  }
  try {
    const { exitCode } = await runCommand({ command: python, args: ['-I', '-c', tryAttribute, file], env: definedOnly(env) }, signal)
    return exitCode === 0 ? null : { folder, fileSystem: await fileSystemOf(folder) }
  } finally {
    await rm(file, { force: true })
  }
}

/** The type of the mount that holds a folder. */
async function fileSystemOf(folder: string): Promise<string> {
  const mounts = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n').flatMap(line => {
    const [before = '', after = ''] = line.split(' - ')
    const point = before.split(' ')[4]
    const type = after.split(' ')[0]
    return point !== undefined && type !== undefined && `${folder}/`.startsWith(point === '/' ? '/' : `${point}/`) ? [{ point, type }] : []
  })
  return mounts.toSorted((a, b) => b.point.length - a.point.length)[0]?.type ?? '?'
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
