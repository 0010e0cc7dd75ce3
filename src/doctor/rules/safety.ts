import type { Change } from '#doctor/change.ts'
import type { Facts, FileFacts, FilePort, FileService, Variable } from '#doctor/facts.ts'
import type { Finding, Fix } from '#doctor/finding.ts'
import { activeServices, inFile, manual, rewrites } from '#doctor/fixes.ts'
import { isAirbyte } from './images.ts'
import { isWeak } from './passwords.ts'

const secretName = /PASSWORD|PASSWD|SECRET|TOKEN|PRIVATE_KEY/
const s3Secret = /^(?:MINIO_ROOT_PASSWORD|MINIO_SECRET_KEY|RUSTFS_SECRET_KEY|AWS_SECRET_ACCESS_KEY|S3_SECRET_KEY)$/
/** Passwords that everybody knows, and ports that everybody in the network reaches. */
export function safetyFindings(facts: Facts): readonly Finding[] {
  const { file } = facts
  if (!file) return []
  const services = activeServices(facts).filter(service => !isAirbyte(service))
  return [...weakPasswords(services, file), ...publishedToAll(services, facts)]
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

function publishedToAll(services: readonly FileService[], { ports: taken = [] }: Facts): readonly Finding[] {
  const open = services.flatMap(service => service.ports.flatMap(port => (isOpen(port) ? [{ service: service.name, port }] : [])))
  if (open.length === 0) return []
  const ports = open.map(({ service, port }) => ({ ...inFile(port.at), service, port: String(port.hostPort ?? port.containerPort) }))
  // A line that is rewritten because its port is taken cannot be rewritten at the same time.
  const free = open.filter(({ port }) => !taken.some(({ at }) => at?.place.line === port.at.line && at.place.file === port.at.file))
  const places = free.flatMap(({ port }) => (port.isShort ? [{ at: port.at, text: onLoopback(port.written) }] : []))
  return [{ code: 'publishedToAll', severity: 'warning', facts: { ports }, fix: places.length > 0 ? rewrites(places) : manual }]
}

function isOpen({ hostIp, written }: FilePort): boolean {
  return (hostIp === '' || hostIp === '0.0.0.0' || hostIp === '::') && written !== undefined
}

/** `9000:9000`, `0.0.0.0:9000:9000` or `9000` on the loopback address. */
function onLoopback(written: string): string {
  const rest = written.replace(/^(?:0\.0\.0\.0|\[::\]):/, '')
  return rest.includes(':') ? `127.0.0.1:${rest}` : `127.0.0.1::${rest}`
}
