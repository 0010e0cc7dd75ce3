import type { ComposeNetwork } from './project.ts'
import { refuseOthers } from './subset.ts'
import { entriesOf, textOf, valueOf, type MapTree, type Problems, type Tree } from './tree.ts'
import { readBoolean } from './values.ts'

/**
 * The networks or volumes of the file, by their names in it. Their names in the engine begin with the project's unless the file
 * gives one.
 */
export function readDeclared(
  section: 'networks' | 'volumes',
  file: MapTree,
  projectName: string,
  problems: Problems,
): ReadonlyMap<string, ComposeNetwork> {
  const declared = entriesOf(valueOf(file, section)).map(([name, { value }]) => {
    const map = value.kind === 'map' ? value : undefined
    if (map) refuseOthers(map, section === 'networks' ? 'network' : 'volume', problems)
    const driver = map && valueOf(map, 'driver')
    const usual = section === 'networks' ? 'bridge' : 'local'
    if (driver && textOf(driver) !== usual)
      problems.error(driver.at, `The driver ${textOf(driver)} is not supported; ${usual} is, and needs no line.`)
    const external = map && valueOf(map, 'external')
    const isExternal = readExternal(external, problems)
    const given = textOf(map && valueOf(map, 'name')) || (external?.kind === 'map' ? textOf(valueOf(external, 'name')) : '')
    if (isExternal && driver) problems.error(driver.at, 'What is external is made elsewhere, so it has no driver here.')
    return [name, { name, engineName: given || (isExternal ? name : `${projectName}_${name}`), isExternal }] as const
  })
  return new Map(declared)
}

/** True, or in the old form a map with a name. */
function readExternal(tree: Tree | undefined, problems: Problems): boolean {
  return tree?.kind === 'map' || (readBoolean(tree, problems) ?? false)
}
