import { readdir, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { compareKeys } from './keys.ts'

/** What a listing meets, in UTF-8 order: an object, or a folder folded into its prefix. */
export interface Met {
  readonly kind: 'object' | 'prefix'
  /** A prefix ends in `/`. */
  readonly key: string
}

export interface Walk {
  /** Real path of the listed folder. */
  readonly root: string
  /** Key of the folder to begin in: empty, or ending in `/`. */
  readonly folder: string
  /** What the names in that folder start with. */
  readonly namePrefix: string
  readonly depth: 'fold' | 'deep'
  /** Only keys after this one. */
  readonly after: string
  readonly signal: () => AbortSignal
}

/** A folder below the root, with the real folders that a link led out of or into on the way here. */
interface Here {
  readonly key: string
  readonly real: string
  readonly linked: readonly string[]
}

interface Entry {
  readonly name: string
  readonly kind: 'file' | 'folder' | 'link'
}

/** Names of unfinished writes; never listed. */
const unfinishedName = /^\.dataflow-[0-9a-f-]{36}\.part$/

/** Keys of a folder, lazily and in UTF-8 order. Links are followed, loops and dangling links are left out. @throws the file system's error when the first folder cannot be read */
export async function* walk(request: Walk): AsyncGenerator<Met, void> {
  const real = join(request.root, ...request.folder.split('/'))
  yield* walkFolder(request, { key: request.folder, real, linked: [] }, request.namePrefix)
}

/** Names of the files and of the links to files in a folder, in order. @throws the file system's error when it cannot be read */
export async function filesIn(folder: string): Promise<readonly string[]> {
  const names: string[] = []
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const isFile = entry.isFile() || (entry.isSymbolicLink() && (await linkTarget(folder, entry.name)).some(({ kind }) => kind === 'file'))
    if (isFile && !unfinishedName.test(entry.name)) names.push(entry.name)
  }
  return names.toSorted(compareKeys)
}

async function* walkFolder(request: Walk, here: Here, namePrefix: string): AsyncGenerator<Met, void> {
  for (const entry of await entriesOf(here.real, namePrefix)) {
    request.signal().throwIfAborted()
    const key = here.key + entry.name
    if (entry.kind === 'file') {
      if (compareKeys(key, request.after) > 0) yield { kind: 'object', key }
      continue
    }
    const below = isOver(`${key}/`, request.after) ? undefined : await enter(here, entry)
    if (below === undefined) continue
    if (request.depth === 'deep') yield* tolerant(walkFolder(request, below, ''))
    else if (await hasKeys(request, below)) yield { kind: 'prefix', key: below.key }
  }
}

/** True when every key that starts with `prefix` comes before `after`, or is it. */
function isOver(prefix: string, after: string): boolean {
  return compareKeys(prefix, after) <= 0 && !after.startsWith(prefix)
}

async function hasKeys(request: Walk, folder: Here): Promise<boolean> {
  for await (const _ of tolerant(walkFolder({ ...request, depth: 'deep' }, folder, ''))) return true
  return false
}

/** A folder that vanished or is closed to us ends its part of the listing, not the whole. */
async function* tolerant(below: AsyncGenerator<Met, void>): AsyncGenerator<Met, void> {
  try {
    yield* below
  } catch (error) {
    if (!isSkipped(error)) throw error
  }
}

function isSkipped(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'ELOOP'].includes(String(error.code))
}

async function enter(here: Here, entry: Entry): Promise<Here | undefined> {
  const key = `${here.key}${entry.name}/`
  const path = join(here.real, entry.name)
  if (entry.kind === 'folder') return { key, real: path, linked: here.linked }
  const real = await realpath(path)
  const linked = [...here.linked, here.real, real]
  const loops = [...here.linked, here.real].some(folder => folder === real || folder.startsWith(real + sep))
  return loops ? undefined : { key, real, linked }
}

/** Sorted so that walking folders in place gives the order of the keys: a folder sorts as its name with a slash. */
async function entriesOf(folder: string, namePrefix: string): Promise<readonly Entry[]> {
  const found: Entry[] = []
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const { name } = entry
    if (!name.startsWith(namePrefix) || unfinishedName.test(name)) continue
    if (entry.isDirectory()) found.push({ name, kind: 'folder' })
    else if (entry.isFile()) found.push({ name, kind: 'file' })
    else if (entry.isSymbolicLink()) found.push(...(await linkTarget(folder, name)))
  }
  return found.toSorted((a, b) => compareKeys(sortName(a), sortName(b)))
}

async function linkTarget(folder: string, name: string): Promise<readonly Entry[]> {
  try {
    const target = await stat(join(folder, name))
    if (target.isFile()) return [{ name, kind: 'file' }]
    return target.isDirectory() ? [{ name, kind: 'link' }] : []
  } catch (error) {
    if (isSkipped(error)) return []
    throw error
  }
}

function sortName(entry: Entry): string {
  return entry.kind === 'file' ? entry.name : `${entry.name}/`
}
