import { createHash } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import { posix, win32 } from 'node:path'

export type Environment = Readonly<Record<string, string | undefined>>

/** Where the product keeps what it makes on a machine; absolute paths. */
export interface Places {
  /** What can be fetched again: environments, jars, downloads. Shared by all projects. */
  readonly cache: string
  /** What cannot: lakes, catalogs, secrets. */
  readonly data: string
}

/**
 * The folders for a user: those that DATAFLOW_CACHE and DATAFLOW_HOME name, else the ones usual on the platform. Cache and data
 * are apart, so that clearing a cache never loses a lake.
 */
export function findPlaces(env: Environment, platform: NodeJS.Platform = process.platform, home: string = homedir()): Places {
  const path = platform === 'win32' ? win32 : posix
  const own = env['DATAFLOW_HOME']
  const usual = usualPlaces(env, platform, home)
  return {
    cache: path.resolve(env['DATAFLOW_CACHE'] || (own ? path.join(own, 'cache') : usual.cache)),
    data: path.resolve(own ? path.join(own, 'data') : usual.data),
  }
}

/** The folder of one project's stack: its state, its logs and its lake. */
export function stackFolder(places: Places, projectFolder: string, platform: NodeJS.Platform = process.platform): string {
  const path = platform === 'win32' ? win32 : posix
  const resolved = path.resolve(projectFolder)
  const name = platform === 'win32' ? resolved.toLowerCase() : resolved
  return path.join(places.data, 'stacks', createHash('sha256').update(name).digest('hex').slice(0, 16))
}

/** The same by any path of the project's folder: two paths of one folder are one stack. One that is not there counts as written. */
export function folderOfStack(places: Places, projectFolder: string): string {
  try {
    return stackFolder(places, realpathSync.native(projectFolder))
  } catch {
    return stackFolder(places, projectFolder)
  }
}

function usualPlaces(env: Environment, platform: NodeJS.Platform, home: string): Places {
  if (platform === 'win32') {
    const local = win32.join(env['LOCALAPPDATA'] || win32.join(home, 'AppData', 'Local'), 'DataFlow Lab')
    return { cache: win32.join(local, 'Cache'), data: win32.join(local, 'Data') }
  }
  if (platform === 'darwin') {
    const library = posix.join(home, 'Library')
    return { cache: posix.join(library, 'Caches', 'dataflow-lab'), data: posix.join(library, 'Application Support', 'dataflow-lab') }
  }
  return {
    cache: posix.join(env['XDG_CACHE_HOME'] || posix.join(home, '.cache'), 'dataflow-lab'),
    data: posix.join(env['XDG_DATA_HOME'] || posix.join(home, '.local', 'share'), 'dataflow-lab'),
  }
}
