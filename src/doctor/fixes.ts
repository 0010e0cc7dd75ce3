import type { ServiceName } from '#stack/types.ts'
import type { Role } from '#compose/roles.ts'
import type { Change, YamlValue } from './change.ts'
import type { Facts, FileFacts, FilePlace, FileService } from './facts.ts'
import type { Fix, NewSecrets } from './finding.ts'

/** Only the user can do it. */
export const manual: Fix = { kind: 'manual' }

/** The services that a start of the whole stack starts; none without a compose file. */
export function activeServices({ file }: Facts): readonly FileService[] {
  return file?.services.filter(({ isActive }) => isActive) ?? []
}

/** What a service is, as far as it can be told. */
export function roleOf({ role, likelyRole }: FileService): Role | null {
  return role ?? likelyRole
}

/** The first active service of a role. */
export function serviceOf(facts: Facts, role: Role): FileService | undefined {
  return activeServices(facts).find(service => roleOf(service) === role)
}

/** Sets keys of a service in the override: `image`, `environment/NAME`; one without a value is left alone. */
export function override(
  file: FileFacts,
  service: ServiceName,
  keys: Readonly<Record<string, YamlValue | undefined>>,
  newSecrets?: NewSecrets,
): Fix {
  const changes = Object.entries(keys).flatMap(([key, value]): Change[] =>
    value === undefined ? [] : [{ kind: 'set', path: ['services', service, ...key.split('/')], value }],
  )
  return { kind: 'edit', changes: [{ file: file.overrideFile, changes }], ...(newSecrets ? { newSecrets } : {}) }
}

/** Publishes ports otherwise, each in the file that it stands in. */
export function portChanges(
  ports: readonly { readonly at: FilePlace; readonly change: Omit<Extract<Change, { readonly kind: 'port' }>, 'kind' | 'at'> }[],
): Fix {
  const files = [...new Set(ports.map(({ at }) => at.file))]
  const changes = files.map(file => ({
    file,
    changes: ports.flatMap(({ at, change }): Change[] =>
      at.file === file ? [{ kind: 'port', at: { line: at.line, column: at.column }, ...change }] : [],
    ),
  }))
  return { kind: 'edit', changes }
}

/** Takes a key out of the file that it stands in. */
export function removal({ file, line, column }: FilePlace): Fix {
  return { kind: 'edit', changes: [{ file, changes: [{ kind: 'remove', at: { line, column } }] }] }
}

/** Where something stands, as a finding tells it. */
export function inFile({ file, line }: FilePlace): { readonly file: string; readonly line: number } {
  return { file, line }
}
