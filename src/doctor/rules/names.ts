import type { Facts, FileFacts, FileService, Variable } from '#doctor/facts.ts'
import type { Finding } from '#doctor/finding.ts'
import { activeServices, inFile, manual, override } from '#doctor/fixes.ts'
import { shownAddress } from '#doctor/shownAddress.ts'
import { isAirbyte } from './images.ts'

/** What these name is opened by a browser or only shown, so it has this machine's names. */
const forBrowsers = /(?:^|_)(?:UI|PUBLIC|EXTERNAL|BROWSER|CORS|ALLOWED|ORIGINS?)(?:_|$)/
const local = /\b(?:localhost|127\.0\.0\.1|0\.0\.0\.0):(\d{2,5})\b/

/** Names that do not lead where they are used: a container's on this machine, this machine's in a container. */
export function nameFindings(facts: Facts): readonly Finding[] {
  const { file } = facts
  return file ? [...unknownRoles(facts, file), ...localhostInContainers(facts, file), ...containerNames(facts)] : []
}

function unknownRoles(facts: Facts, file: FileFacts): readonly Finding[] {
  const services = activeServices(facts)
  return services.flatMap(({ name, at, role, likelyRole }): Finding[] => {
    const isTaken = services.some(other => other.role === likelyRole)
    if (role !== null || likelyRole === null || isTaken) return []
    return [
      {
        code: 'roleUnknown',
        severity: 'warning',
        facts: { ...inFile(at), service: name, role: likelyRole },
        fix: override(file, name, { 'labels/dataflow.role': likelyRole }),
      },
    ]
  })
}

function localhostInContainers(facts: Facts, file: FileFacts): readonly Finding[] {
  const services = activeServices(facts)
  return services
    .filter(service => !isAirbyte(service))
    .flatMap(service =>
      [...service.environment].flatMap(([name, variable]): Finding[] => {
        const better = forBrowsers.test(name) ? undefined : fromInside(variable, service, services)
        if (better === undefined) return []
        const { at, value } = variable
        return [
          {
            code: 'localhostInContainer',
            severity: /^(?:MLFLOW_S3_ENDPOINT_URL|AWS_ENDPOINT_URL(?:_S3)?|MLFLOW_TRACKING_URI)$/.test(name) ? 'error' : 'warning',
            facts: { ...inFile(at), service: service.name, variable: name, address: shownAddress(value), better: shownAddress(better) },
            // An address that is put together from variables may hold a password, which belongs into no file.
            fix: local.test(variable.written) ? override(file, service.name, { [`environment/${name}`]: better }) : manual,
          },
        ]
      }),
    )
}

/** The value with the name of the service that has this port; undefined where it means no other service. */
function fromInside({ value, written }: Variable, self: FileService, services: readonly FileService[]): string | undefined {
  const port = Number(local.exec(value)?.[1])
  const publishes = (service: FileService): boolean => service.ports.some(({ hostPort }) => hostPort === port)
  const listens = (service: FileService): boolean => service.ports.some(({ containerPort }) => containerPort === port)
  if (!port || listens(self)) return undefined
  const target = services.find(publishes) ?? services.find(listens)
  if (!target || target === self) return undefined
  const inside = target.ports.find(({ hostPort }) => hostPort === port)?.containerPort ?? port
  return (local.test(written) ? written : value).replace(local, () => `${target.name}:${inside}`)
}

/** On this machine the names of containers mean nothing; what they publish does. */
function containerNames(facts: Facts): readonly Finding[] {
  const services = activeServices(facts)
  return (facts.host?.addresses ?? []).flatMap(({ place, address }): Finding[] => {
    const [, name = '', port = ''] = /^\w+:\/\/(?:[^@/]*@)?([\w.-]+)(?::(\d+))?/.exec(address) ?? []
    const service = services.find(({ names }) => names.includes(name))
    if (!service || name === 'localhost') return []
    const inside = Number(port) || undefined
    const published = service.ports.find(({ containerPort }) => inside === undefined || containerPort === inside)
    const better =
      published?.hostPort == null ? '' : shownAddress(address).replace(/(\w+:\/\/)[\w.-]+(?::\d+)?/, `$1localhost:${published.hostPort}`)
    return [{ code: 'containerNameOnHost', severity: 'warning', facts: { place, address: shownAddress(address), better }, fix: manual }]
  })
}
