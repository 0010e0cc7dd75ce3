import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import { supportedKeys } from './subset.ts'
import { plainOf, type MapTree, type Place, type Problems, type Tree } from './tree.ts'
import composeSpec from './schema/compose-spec.json' with { type: 'json' }

let validator: ValidateFunction | undefined

/** Checks a whole compose file against the schema of the compose specification; the first call prepares it, in some 30 ms. */
export function checkSchema(tree: MapTree, problems: Problems): void {
  validator ??= createValidator()
  if (validator(plainOf(tree))) return
  for (const group of groupsOf(validator.errors ?? [])) {
    const deepest = Math.max(...group.map(depthOf))
    const most = group.filter(error => depthOf(error) === deepest)
    const first = most.find(({ keyword }) => keyword !== 'oneOf') ?? most[0]
    if (first !== undefined) problems.error(placeOf(tree, first), messageOf(most, first))
  }
}

/** Of what the subset refuses anyway the schema need not be compiled, which is three quarters of it. */
function createValidator(): ValidateFunction {
  const { $schema: _draft, ...schema } = structuredClone<SchemaNode>(composeSpec)
  keepOnly(schema['properties'], supportedKeys.file)
  const definitions = nodeOf(schema['definitions'])
  keepOnly(nodeOf(definitions['service'])['properties'], supportedKeys.service)
  keepOnly(nodeOf(definitions['deployment'])['properties'], supportedKeys.deploy)
  const ajv = new Ajv({ strict: false, allErrors: true, verbose: true, validateSchema: false, meta: false, logger: false })
  return ajv.compile(schema)
}

type SchemaNode = Record<string, unknown>

function isNode(value: unknown): value is SchemaNode {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function nodeOf(value: unknown): SchemaNode {
  if (isNode(value)) return value
  throw new Error('The schema of the compose specification has another shape.')
}

function keepOnly(properties: unknown, names: readonly string[]): void {
  const node = nodeOf(properties)
  for (const name of Object.keys(node)) if (!names.includes(name)) node[name] = true
}

/** Errors about the same key of the same service, network or volume; `oneOf` tells one for each of its branches. */
function groupsOf(errors: readonly ErrorObject[]): Iterable<readonly ErrorObject[]> {
  const groups = new Map<string, ErrorObject[]>()
  for (const error of errors) {
    const key = pathOf(error).slice(0, 3).join('/')
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [error])
    else group.push(error)
  }
  return groups.values()
}

/** Keys from the top to what is wrong, a key that should not be there included. */
function pathOf({ instancePath, keyword, params }: ErrorObject): readonly string[] {
  const parents = instancePath
    .split('/')
    .slice(1)
    .map(part => part.replaceAll('~1', '/').replaceAll('~0', '~'))
  const extra: unknown = keyword === 'additionalProperties' ? params['additionalProperty'] : undefined
  return typeof extra === 'string' ? [...parents, extra] : parents
}

function depthOf(error: ErrorObject): number {
  return pathOf(error).length
}

function placeOf(tree: Tree, error: ErrorObject): Place {
  let at = tree.at
  let node: Tree | undefined = tree
  for (const part of pathOf(error)) {
    if (node?.kind === 'map') {
      const entry = node.entries.get(part)
      at = entry?.key ?? at
      node = entry?.value
    } else if (node?.kind === 'list') {
      node = node.items[Number(part)]
      at = node?.at ?? at
    }
  }
  return at
}

function messageOf(errors: readonly ErrorObject[], first: ErrorObject): string {
  const path = pathOf(first)
  const name = path.join('.')
  const types = errors.flatMap(({ keyword, params }) => (keyword === 'type' ? [params['type']].flat().map(typeName) : []))
  if (types.length > 0) return `${name} must be ${[...new Set(types)].join(' or ')}.`
  switch (first.keyword) {
    case 'additionalProperties':
      return `${path.slice(0, -1).join('.') || 'A compose file'} has no key ${path.at(-1)}.${suggestion(path.at(-1) ?? '', first.parentSchema)}`
    case 'enum':
      return `${name} must be one of ${[first.params['allowedValues']].flat().join(', ')}.`
    case 'required':
      return `${name} needs the key ${first.params['missingProperty']}.`
    case 'uniqueItems':
      return `${name} names the same thing twice.`
    default:
      return `${name} ${first.message ?? 'is not as the compose specification wants it'}.`
  }
}

function typeName(type: unknown): string {
  return (
    {
      string: 'a text',
      number: 'a number',
      integer: 'a whole number',
      boolean: 'true or false',
      object: 'a map',
      array: 'a list',
      null: 'empty',
    }[String(type)] ?? String(type)
  )
}

/** The known key that is at most two letters away. */
function suggestion(key: string, schema: unknown): string {
  const properties = isNode(schema) && isNode(schema['properties']) ? Object.keys(schema['properties']) : []
  const near = properties.map(name => ({ name, distance: distance(key, name) })).toSorted((a, b) => a.distance - b.distance)[0]
  return near !== undefined && near.distance <= 2 ? ` Did you mean ${near.name}?` : ''
}

/** How many letters to change, add or drop. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1]
    for (let j = 0; j < b.length; j++) {
      next.push(Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, (row[j] ?? 0) + (a[i] === b[j] ? 0 : 1)))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
