import type { Facts, FileFacts, FileService } from '#doctor/facts.ts'
import type { Finding } from '#doctor/finding.ts'
import { activeServices, manual, override, serviceOf } from '#doctor/fixes.ts'
import { tagOf } from '#doctor/image.ts'
import { isAtLeast } from '#doctor/versions.ts'

/** The server looks at the Host header since this version, and refuses files as its store since the other. */
const checksHosts = '3.5'
const refusesFiles = '3.13'
const hostsVariable = 'MLFLOW_SERVER_ALLOWED_HOSTS'

/** What keeps MLflow from being reached, from keeping runs, or from keeping artifacts. */
export function mlflowFindings(facts: Facts): readonly Finding[] {
  const service = serviceOf(facts, 'mlflow')
  const { file } = facts
  return [...refusals(facts), ...(service && file ? definitionFindings(facts, file, service) : [])]
}

function definitionFindings(facts: Facts, file: FileFacts, service: FileService): readonly Finding[] {
  return [...hosts(facts, file, service), ...store(service), ...artifacts(facts, file, service), ...init(file, service)]
}

/** What the running server says, whatever its definition. */
function refusals({ servers = [] }: Facts): readonly Finding[] {
  return servers.flatMap(({ service, role, refusedHosts }): Finding[] => {
    const [host] = refusedHosts
    if (role !== 'mlflow' || host === undefined) return []
    return [{ code: 'mlflowHosts', severity: 'error', facts: { service, host, seen: 'answer' }, fix: manual }]
  })
}

function hosts(facts: Facts, file: FileFacts, service: FileService): readonly Finding[] {
  const { name, image, environment } = service
  if (facts.servers?.some(server => server.service === name && server.refusedHosts.length > 0)) return []
  const port = portOf(service)
  const wanted = `${name}:${port}`
  const inCommand = option(service.command, '--allowed-hosts')
  const allowed = (inCommand ?? environment.get(hostsVariable)?.value)?.split(',').map(host => host.trim())
  if (allowed?.some(pattern => matches(pattern, wanted))) return []
  const version = tagOf(image ?? '')?.replace(/^v/, '')
  const isChecked = allowed !== undefined || (version !== undefined && isAtLeast(version, checksHosts))
  if (!isChecked || !hasClients(facts, service)) return []
  const all = [...(allowed ?? []), 'localhost', 'localhost:*', '127.0.0.1', '127.0.0.1:*', name, wanted]
  const fix = inCommand === undefined ? override(file, name, { [`environment/${hostsVariable}`]: [...new Set(all)].join(',') }) : manual
  return [{ code: 'mlflowHosts', severity: 'error', facts: { service: name, host: wanted, seen: 'command' }, fix }]
}

/** Another service calls it by its name. */
function hasClients(facts: Facts, { name, names }: FileService): boolean {
  return activeServices(facts).some(
    other => other.name !== name && [...other.environment.values()].some(({ value }) => names.some(own => value.includes(`//${own}:`))),
  )
}

function matches(pattern: string, host: string): boolean {
  const escaped = pattern.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll('*', '.*')
  return new RegExp(`^${escaped}$`).test(host)
}

function store({ name, image, command, environment }: FileService): readonly Finding[] {
  const uri = option(command, '--backend-store-uri') ?? environment.get('MLFLOW_BACKEND_STORE_URI')?.value
  const isFolder = uri === undefined ? command.includes('mlflow') : !/^(?!file:)[\w+]+:/.test(uri)
  if (!isFolder || environment.has('MLFLOW_ALLOW_FILE_STORE')) return []
  const version = tagOf(image ?? '')?.replace(/^v/, '')
  const isRefused = version !== undefined && isAtLeast(version, refusesFiles)
  // Where no store is named, it is a database from the version on that refuses folders.
  if (uri === undefined && isRefused) return []
  const facts = { service: name, store: uri ?? './mlruns', isRefused }
  return [{ code: 'mlflowFileStore', severity: isRefused ? 'error' : 'warning', facts, fix: manual }]
}

function artifacts(facts: Facts, file: FileFacts, service: FileService): readonly Finding[] {
  const { name, command, writtenCommand, environment } = service
  const direct = option(command, '--default-artifact-root')
  const root = option(command, '--artifacts-destination') ?? environment.get('MLFLOW_ARTIFACTS_DESTINATION')?.value ?? direct
  if (root?.startsWith('s3://') !== true) return []
  const findings: Finding[] = []
  const s3 = serviceOf(facts, 's3')
  const isNamed = ['MLFLOW_S3_ENDPOINT_URL', 'AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_S3'].some(variable => environment.has(variable))
  if (s3 && !isNamed) {
    const endpoint = `http://${s3.name}:${s3.ports[0]?.containerPort ?? 9000}`
    const fix = override(file, name, { 'environment/MLFLOW_S3_ENDPOINT_URL': endpoint })
    findings.push({ code: 'mlflowNoEndpoint', severity: 'error', facts: { service: name, root }, fix })
  }
  if (direct === root) {
    const proxied = writtenCommand.map(word => word.replace(/^--default-artifact-root/, '--artifacts-destination'))
    const fix = writtenCommand.length > 0 ? override(file, name, { command: proxied }) : manual
    findings.push({ code: 'mlflowNotProxied', severity: 'warning', facts: { service: name, root }, fix })
  }
  return findings
}

function init(file: FileFacts, { name, hasInit }: FileService): readonly Finding[] {
  if (hasInit) return []
  return [{ code: 'initMissing', severity: 'info', facts: { service: name }, fix: override(file, name, { init: true }) }]
}

/** `--name value` or `--name=value`, also inside of a shell line. */
export function option(command: readonly string[], name: string): string | undefined {
  const words = command.flatMap(word => (word.includes(' ') ? word.split(/\s+/) : [word]))
  const index = words.findIndex(word => word === name || word.startsWith(`${name}=`))
  const found = words[index]
  if (found === undefined) return undefined
  return found === name ? words[index + 1] : found.slice(name.length + 1)
}

function portOf({ ports, command }: FileService): number {
  return Number(option(command, '--port') ?? option(command, '-p')) || (ports[0]?.containerPort ?? 5000)
}
