import { isAbsolute, join, posix, resolve } from 'node:path'
import type { ComposeMount } from './project.ts'
import { refuseOthers } from './subset.ts'
import { itemsOf, textOf, valueOf, type MapTree, type Place, type Problems, type Tree } from './tree.ts'
import { readBoolean } from './values.ts'

/** A mount and where it is written. */
export interface PlacedMount {
  readonly mount: ComposeMount
  readonly at: Place
}

/** What paths of the project are relative to. */
export interface Folders {
  readonly folder: string
  /** What `~` stands for. */
  readonly home: string
}

export function readMounts(tree: Tree | undefined, folders: Folders, problems: Problems): readonly PlacedMount[] {
  return itemsOf(tree).flatMap(item => {
    const mount = item.kind === 'map' ? longMount(item, folders, problems) : shortMount(textOf(item), folders)
    if (typeof mount !== 'string') return { mount, at: item.at }
    problems.error(item.at, mount)
    return []
  })
}

/** The parts of `source:target:options`; a single letter before a colon is a Windows drive. */
export function shortMountParts(text: string): { readonly source: string; readonly target: string; readonly options: string | undefined } {
  const parts = text.match(/(?:^|(?<=:))(?:[A-Za-z]:)?[^:]*/g) ?? []
  const [source = '', target, options] = parts
  return target === undefined
    ? { source: '', target: source, options: undefined }
    : { source, target, options: parts.length > 3 ? text : options }
}

/** The absolute path of a path in the file. */
export function pathIn({ folder, home }: Folders, path: string): string {
  return resolve(folder, path.startsWith('~') ? join(home, path.slice(1)) : path)
}

function shortMount(text: string, folders: Folders): ComposeMount | string {
  const { source, target, options } = shortMountParts(text)
  if (target === '') return 'A mount is written source:target or source:target:ro.'
  if (source === '') return anonymous
  const unknown = options?.split(',').find(option => option !== 'ro' && option !== 'rw')
  if (unknown !== undefined) return `The mount option ${unknown} is not supported; ro and rw are.`
  return mountOf(/^[./~]|^\\\\|^[A-Za-z]:/.test(source) ? 'bind' : 'volume', source, target, options?.split(',').at(-1) === 'ro', folders)
}

const anonymous =
  'A volume without a name is lost with its container. Name it, NAME:target, and list the name under volumes at the end of the file.'

function mountOf(kind: 'bind' | 'volume', source: string, target: string, isReadOnly: boolean, folders: Folders): ComposeMount | string {
  if (!target.startsWith('/') && !isAbsolute(target)) return `The target ${target} is no absolute path in the container.`
  return { kind, source: kind === 'bind' ? pathIn(folders, source) : source, target: cleanTarget(target), isReadOnly }
}

/** A path in a container without `.`, `..` and a slash at its end. */
export function cleanTarget(target: string): string {
  return posix.normalize(target).replace(/(?<=.)\/$/, '')
}

function longMount(map: MapTree, folders: Folders, problems: Problems): ComposeMount | string {
  refuseOthers(map, 'mount', problems)
  const [type, source, target] = ['type', 'source', 'target'].map(key => textOf(valueOf(map, key)))
  if (type !== 'bind' && type !== 'volume')
    return `Mounts of type ${type} are not supported; bind and volume are. For memory use tmpfs of the service.`
  if (source === undefined || source === '') return type === 'bind' ? 'A bind mount needs source, a folder or file.' : anonymous
  if (target === undefined || target === '') return 'A mount needs target, an absolute path in the container.'
  const bind = valueOf(map, 'bind')
  if (bind?.kind === 'map') refuseOthers(bind, 'bind', problems)
  const volume = valueOf(map, 'volume')
  if (volume?.kind === 'map') refuseOthers(volume, 'volumeOptions', problems)
  return mountOf(type, source, target, readBoolean(valueOf(map, 'read_only'), problems) ?? false, folders)
}
