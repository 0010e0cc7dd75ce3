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
  const both = (key: string, limit: string, read: (tree: Tree | undefined) => number | undefined): number | undefined => {
    const own = valueOf(service, key)
    const value = read(own)
    const deployed = read(limits && valueOf(limits, limit))
    if (own && limits && value !== 0 && value !== deployed) {
      problems.error(own.at, `deploy.resources.limits does not say the same. Write ${key} there only, as ${limit}.`)
    }
    return value ?? deployed
  }
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
  const replicas = deploy && valueOf(deploy, 'replicas')
  const [own, deployed] = [valueOf(service, 'scale'), replicas].map(tree => readNumber(tree, problems, 0))
  if (replicas && own !== undefined && own !== deployed) problems.error(replicas.at, 'scale says something else. Keep one of the two.')
  const scale = own ?? deployed ?? 1
  const name = valueOf(service, 'container_name')
  if (scale > 1 && name) problems.error(name.at, 'Several containers cannot have one name. Remove container_name or the scale.')
  return scale
}

function mapAt(map: MapTree, key: string): MapTree | undefined {
  const value = valueOf(map, key)
  return value?.kind === 'map' ? value : undefined
}
