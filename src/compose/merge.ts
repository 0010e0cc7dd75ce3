import { cleanTarget, shortMountParts } from './mounts.ts'
import {
  entriesOf,
  isNull,
  itemsOf,
  mapOf,
  mapValues,
  textAt,
  textOf,
  type Entry,
  type ListTree,
  type MapTree,
  type Problems,
  type Tree,
} from './tree.ts'

type Merger = (base: Tree, over: Tree, merge: MergeAt) => Tree
type MergeAt = (base: Tree, over: Tree, path: readonly string[]) => Tree

/**
 * `over` laid over `base` by the rules of docker compose: maps join, lists are appended, single values are replaced; a command,
 * an entrypoint and a health check's test are replaced whole; what has a short and a long form joins whichever is used.
 */
export function mergeTrees(base: Tree, over: Tree, problems: Problems): Tree {
  const merge: MergeAt = (left, right, path) => {
    const special = ruleAt(rules, path)
    if (special !== undefined) return special(left, right, (a, b, sub) => merge(a, b, [...path, ...sub]))
    if (isNull(right)) return left
    if (left.kind === 'map' && right.kind === 'map') return joinMaps(left, right, (a, b, key) => merge(a, b, [...path, key]))
    if (left.kind === 'list' && right.kind === 'list') return { ...left, items: [...left.items, ...right.items] }
    if (left.kind !== right.kind && !isNull(left)) {
      problems.error(right.at, `${path.join('.')} has another form in ${left.at.file}, line ${left.at.line}. Write both in the same form.`)
    }
    return right
  }
  return merge(base, over, [])
}

/** Of the items of a service's lists that mean the same thing (a variable, a mount's target) only the last, at the first's place. */
export function withoutDuplicates(tree: Tree): Tree {
  return mapValues(tree, (key, section) =>
    key === 'services' ? mapValues(section, (_name, service) => mapValues(service, uniqueItems)) : section,
  )
}

const replace: Merger = (_base, over) => over
const append: Merger = (base, over) => ({ kind: 'list', items: [...asItems(base), ...asItems(over)], at: isNull(base) ? over.at : base.at })
const joinNamed =
  (behind: (item: Tree) => Tree): Merger =>
  (base, over, merge) =>
    joinMaps(asNamed(base, behind), asNamed(over, behind), (a, b, key) => merge(a, b, [key]))

const rules: Readonly<Record<string, Merger>> = {
  'services.*.command': replace,
  'services.*.entrypoint': replace,
  'services.*.healthcheck.test': replace,
  'services.*.environment': append,
  'services.*.labels': append,
  'services.*.build.args': append,
  'services.*.env_file': append,
  'services.*.tmpfs': append,
  'services.*.extra_hosts': append,
  'services.*.depends_on': joinNamed(whenStarted),
  'services.*.networks': joinNamed(nothing),
  'services.*.build': (base, over, merge) => joinMaps(asBuild(base), asBuild(over), (a, b, key) => merge(a, b, [key])),
}

function ruleAt(table: Readonly<Record<string, Merger>>, path: readonly string[]): Merger | undefined {
  return path[0] === 'services' ? table[['services', '*', ...path.slice(2)].join('.')] : undefined
}

function joinMaps(base: MapTree, over: MapTree, mergeValue: (base: Tree, over: Tree, key: string) => Tree): MapTree {
  const entries = new Map<string, Entry>(base.entries)
  for (const [key, { key: place, value }] of over.entries) {
    const known = entries.get(key)
    entries.set(key, known === undefined ? { key: place, value } : { key: place, value: mergeValue(known.value, value, key) })
  }
  return mapOf(entries, base.at)
}

/** A map of variables or labels as `KEY=value` items, a list as it is. */
function asItems(tree: Tree): readonly Tree[] {
  if (tree.kind !== 'map') return itemsOf(tree)
  return entriesOf(tree).flatMap(([key, { value }]) =>
    value.kind === 'list'
      ? value.items.map(item => textAt(`${key}=${textOf(item)}`, item.at))
      : [textAt(isNull(value) ? key : `${key}=${textOf(value)}`, value.at)],
  )
}

/** A list of names as a map with `behind` behind each. */
function asNamed(tree: Tree, behind: (item: Tree) => Tree): MapTree {
  if (tree.kind === 'map') return tree
  return mapOf(
    itemsOf(tree).map(item => [textOf(item), { key: item.at, value: behind(item) }]),
    tree.at,
  )
}

function nothing({ at }: Tree): Tree {
  return { kind: 'scalar', value: null, text: '', at }
}

function whenStarted({ at }: Tree): Tree {
  const required: Tree = { kind: 'scalar', value: true, text: 'true', at }
  return mapOf(
    [
      ['condition', { key: at, value: textAt('service_started', at) }],
      ['required', { key: at, value: required }],
    ],
    at,
  )
}

function asBuild(tree: Tree): MapTree {
  if (tree.kind === 'map') return tree
  return mapOf(isNull(tree) ? [] : [['context', { key: tree.at, value: tree }]], tree.at)
}

function uniqueItems(key: string, value: Tree): Tree {
  if (value.kind === 'map' && key === 'build')
    return mapValues(value, (inner, args) => (inner === 'args' ? uniqueItems('environment', args) : args))
  if (value.kind === 'map' && key === 'networks') {
    return mapValues(value, (_name, network) =>
      mapValues(network, (inner, aliases) => (inner === 'aliases' ? uniqueItems('labels', aliases) : aliases)),
    )
  }
  const keyOf = identities[key]
  return value.kind === 'list' && keyOf !== undefined ? lastOfEach(value, keyOf) : value
}

const nameBeforeEquals = (item: Tree): string => textOf(item).split('=', 1)[0] ?? ''

const identities: Readonly<Record<string, (item: Tree) => string>> = {
  environment: nameBeforeEquals,
  labels: nameBeforeEquals,
  profiles: nameBeforeEquals,
  tmpfs: nameBeforeEquals,
  extra_hosts: textOf,
  env_file: item => fieldOf(item, 'path'),
  ports: item =>
    item.kind === 'map' ? JSON.stringify(['host_ip', 'published', 'target', 'protocol'].map(name => fieldOf(item, name))) : textOf(item),
  volumes: item => cleanTarget(item.kind === 'map' ? fieldOf(item, 'target') : shortMountParts(textOf(item)).target),
}

function fieldOf(item: Tree, name: string): string {
  if (item.kind !== 'map') return textOf(item)
  const value = item.entries.get(name)?.value
  return value === undefined ? '' : textOf(value)
}

function lastOfEach(list: ListTree, keyOf: (item: Tree) => string): ListTree {
  const last = new Map<string, Tree>()
  for (const item of list.items) last.set(keyOf(item), item)
  return { ...list, items: [...last.values()] }
}
