import { addEnvFile } from './dotenv.ts'
import { pathIn } from './mounts.ts'
import type { Surroundings } from './service.ts'
import { refuseOthers } from './subset.ts'
import { itemsOf, textOf, valueOf, type MapTree, type Tree } from './tree.ts'
import { readBoolean, readPairs } from './values.ts'

/**
 * The variables of a service's container: those of its files, then those written. One without a value is taken from `.env` or
 * the environment and is left out where it is not set there.
 */
export function readEnvironment(map: MapTree, surroundings: Surroundings): Readonly<Record<string, string>> {
  const { problems, variables } = surroundings
  const leftOut = new Set<string>()
  const written = readPairs(valueOf(map, 'environment'), problems, name => {
    const value = variables(name)
    if (value === undefined) leftOut.add(name)
    return value
  })
  const files = valueOf(map, 'env_file')
  const values = new Map<string, string>()
  for (const item of files?.kind === 'map' ? [files] : itemsOf(files)) addFile(values, item, written, surroundings)
  return Object.fromEntries([...[...values].filter(([name]) => !leftOut.has(name)), ...Object.entries(written)])
}

function addFile(values: Map<string, string>, item: Tree, written: Readonly<Record<string, string>>, surroundings: Surroundings): void {
  const { problems, variables, fileText } = surroundings
  if (item.kind === 'map') refuseOthers(item, 'envFile', problems)
  const file = pathIn(surroundings, textOf(item.kind === 'map' ? valueOf(item, 'path') : item))
  const isRequired = (item.kind === 'map' ? readBoolean(valueOf(item, 'required'), problems) : undefined) ?? true
  const text = fileText(file)
  if (text !== undefined) addEnvFile(values, { text, file }, name => variables(name) ?? written[name], problems)
  else if (isRequired) problems.error(item.at, `There is no file ${file}.`)
}
