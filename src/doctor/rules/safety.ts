import type { Change } from '#doctor/change.ts'
import type { Facts, FileFacts, FilePort, FileService, Variable } from '#doctor/facts.ts'
import type { Finding, Fix } from '#doctor/finding.ts'
import { activeServices, inFile, manual, portChanges } from '#doctor/fixes.ts'
import { isAirbyte } from './images.ts'
import { isWeak } from './passwords.ts'

const secretName = /PASSWORD|PASSWD|SECRET|TOKEN|PRIVATE_KEY/
const s3Secret = /^(?:MINIO_ROOT_PASSWORD|MINIO_SECRET_KEY|RUSTFS_SECRET_KEY|AWS_SECRET_ACCESS_KEY|S3_SECRET_KEY)$/
/** Passwords that everybody knows, and ports that everybody in the network reaches. */
export function safetyFindings(facts: Facts): readonly Finding[] {
  const { file } = facts
  if (!file) return []
  const services = activeServices(facts).filter(service => !isAirbyte(service))
  return [...weakPasswords(services, file), ...publishedToAll(services)]
}

interface Known {
  readonly service: FileService
  readonly name: string
  readonly variable: Variable
}

function weakPasswords(services: readonly FileService[], file: FileFacts): readonly Finding[] {
  const known = services.flatMap(service =>
    [...service.environment].flatMap(([name, variable]): Known[] =>
      secretName.test(name) && isWeak(variable.value) ? [{ service, name, variable }] : [],
    ),
  )
  if (known.length === 0) return []
  const variables = known.map(({ service, name, variable }) => ({ ...inFile(variable.at), service: service.name, variable: name }))
  return [{ code: 'weakPassword', severity: 'warning', facts: { variables }, fix: newPasswords(known, file) }]
}

/** Each password moves to `.env`, where it gets a random value; the S3 one is shared by all that use it. */
function newPasswords(known: readonly Known[], file: FileFacts): Fix {
  const names = new Set<string>()
  const changes = known.flatMap(({ service, name, variable }): Change[] => {
    const own = /^\$\{(\w+)(?::?[-?][^}]*)?\}$|^\$(\w+)$/.exec(variable.written)
    const inEnv = own?.[1] ?? own?.[2] ?? (s3Secret.test(name) ? 'S3_SECRET_KEY' : name)
    names.add(inEnv)
    if (own && !isWeak(variable.written)) return []
    const value = `\${${inEnv}:?a password of your own in .env}`
    return [{ kind: 'set', path: ['services', service.name, 'environment', name], value }]
  })
  return { kind: 'edit', changes: [{ file: file.overrideFile, changes }], newSecrets: { file: file.envFile, names: [...names] } }
}

function publishedToAll(services: readonly FileService[]): readonly Finding[] {
  const open = services.flatMap(service => service.ports.flatMap(port => (isOpen(port) ? [{ service: service.name, port }] : [])))
  if (open.length === 0) return []
  const ports = open.map(({ service, port }) => ({ ...inFile(port.at), service, port: String(port.hostPort ?? port.containerPort) }))
  const changes = open.flatMap(({ port: { at, isShort } }) => (isShort ? [{ at, change: { onLoopback: true } as const }] : []))
  return [{ code: 'publishedToAll', severity: 'warning', facts: { ports }, fix: changes.length > 0 ? portChanges(changes) : manual }]
}

function isOpen({ hostIp }: FilePort): boolean {
  return hostIp === '' || hostIp === '0.0.0.0' || hostIp === '::'
}
