import { refuseOthers } from './subset.ts'
import { textOf, valueOf, type MapTree, type Problems, type Tree } from './tree.ts'
import { readBytes, readNumber } from './values.ts'

interface Limits {
  readonly memoryBytes: number | undefined
  readonly cpus: number | undefined
  readonly pidsLimit: number | undefined
}

/** What a container may use, from the service's own keys or from `deploy.resources.limits`. */
export function readLimits(service: MapTree, problems: Problems): Limits {
  const deploy = mapAt(service, 'deploy')
  const resources = deploy && mapAt(deploy, 'resources')
  const limits = resources && mapAt(resources, 'limits')
  if (resources) refuseOthers(resources, 'resources', problems)
  if (limits) refuseOthers(limits, 'limits', problems)
  const both = (key: string, limit: string, read: (tree: Tree | undefined) => number | undefined): number | undefined =>
    same(valueOf(service, key), limits && valueOf(limits, limit), read, problems)
  return {
    memoryBytes: both('mem_limit', 'memory', tree => readBytes(tree, problems)),
    cpus: both('cpus', 'cpus', tree => readNumber(tree, problems, 0, 'decimal')),
    pidsLimit: both('pids_limit', 'pids', tree => readNumber(tree, problems, -1)),
  }
}

/** How many containers: `scale` or `deploy.replicas`, else 1. */
export function readScale(service: MapTree, problems: Problems): number {
  const deploy = mapAt(service, 'deploy')
  if (deploy) refuseOthers(deploy, 'deploy', problems)
  const mode = deploy && valueOf(deploy, 'mode')
  if (mode && textOf(mode) !== 'replicated') problems.error(mode.at, 'Only the mode replicated is supported. Remove it.')
  const read = (tree: Tree | undefined): number | undefined => readNumber(tree, problems, 0)
  const scale = same(valueOf(service, 'scale'), deploy && valueOf(deploy, 'replicas'), read, problems) ?? 1
  const name = valueOf(service, 'container_name')
  if (scale > 1 && name) problems.error(name.at, 'Several containers cannot have one name. Remove container_name or the scale.')
  return scale
}

function mapAt(map: MapTree, key: string): MapTree | undefined {
  const value = valueOf(map, key)
  return value?.kind === 'map' ? value : undefined
}

/** The one value that two keys may give. */
function same(
  first: Tree | undefined,
  second: Tree | undefined,
  read: (tree: Tree | undefined) => number | undefined,
  problems: Problems,
): number | undefined {
  const [a, b] = [read(first), read(second)]
  if (a !== undefined && b !== undefined && a !== b && second) {
    problems.error(second.at, `Line ${first?.at.line ?? '?'} says something else. Keep one of the two.`)
  }
  return a ?? b
}
