import type { Facts, FileFacts, FileService } from '#doctor/facts.ts'
import type { Finding } from '#doctor/finding.ts'
import { activeServices, manual, override, serviceOf } from '#doctor/fixes.ts'
import { shownAddress } from '#doctor/shownAddress.ts'
import { option } from './mlflow.ts'

const variable = 'PREFECT_API_URL'
/** What talks to the server from another container. */
const client = /\bprefect (?:worker|agent|deploy)\b|\bserve\(|\bflow\b/

/** Where flows look for the server of Prefect. */
export function prefectFindings(facts: Facts): readonly Finding[] {
  const server = serviceOf(facts, 'prefect')
  const { file } = facts
  const inFile = server && file ? activeServices(facts).flatMap(service => ofService(service, server, file)) : []
  return [...inFile, ...ofHost(facts)]
}

function ofService(service: FileService, server: FileService, file: FileFacts): readonly Finding[] {
  const value = service.environment.get(variable)?.value ?? null
  const isServer = service === server
  if (value === null && (isServer || !client.test(service.command.join(' ')))) return []
  const trouble = troubleOf(value)
  if (!trouble) return []
  const better = isServer
    ? `http://localhost:${server.ports[0]?.hostPort ?? portOf(server)}/api`
    : `http://${server.name}:${portOf(server)}/api`
  return [
    {
      code: 'prefectApiUrl',
      severity: 'warning',
      facts: { place: `${service.name}, ${variable}`, value: value && shownAddress(value), trouble, better },
      fix: override(file, service.name, { [`environment/${variable}`]: better }),
    },
  ]
}

function ofHost(facts: Facts): readonly Finding[] {
  const found = facts.host?.prefectApiUrl
  const trouble = found ? troubleOf(found.value) : undefined
  if (!found || !trouble) return []
  const better = shownAddress(found.value)
    .replace('0.0.0.0', 'localhost')
    .replace(/\/*$/, '')
    .replace(/(?<!\/api)$/, '/api')
  return [
    {
      code: 'prefectApiUrl',
      severity: 'warning',
      facts: { place: found.place, value: shownAddress(found.value), trouble, better },
      fix: manual,
    },
  ]
}

function troubleOf(value: string | null): 'missing' | 'wildcard' | 'noApi' | undefined {
  if (value === null || value === '') return 'missing'
  if (value.includes('//0.0.0.0')) return 'wildcard'
  return /\/api\/?$|api\.prefect\.cloud/.test(value) ? undefined : 'noApi'
}

function portOf({ command, ports }: FileService): number {
  return Number(option(command, '--port')) || (ports[0]?.containerPort ?? 4200)
}
