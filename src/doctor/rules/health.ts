import type { Change } from '#doctor/change.ts'
import type { Facts, FileFacts, FileService } from '#doctor/facts.ts'
import type { Finding, Fix } from '#doctor/finding.ts'
import { activeServices, inFile, manual, removal, roleOf } from '#doctor/fixes.ts'
import { healthcheckFor } from './healthchecks.ts'
import { isAirbyte } from './images.ts'

/** Services whose dependants cannot know when they are ready, and checks that older engines refuse. */
export function healthFindings(facts: Facts): readonly Finding[] {
  const { file } = facts
  if (!file) return []
  const services = activeServices(facts).filter(service => !isAirbyte(service))
  return [...unchecked(services, file), ...services.flatMap(service => startInterval(service, facts))]
}

function unchecked(services: readonly FileService[], file: FileFacts): readonly Finding[] {
  return services.flatMap((service): Finding[] => {
    if (service.hasHealthcheck) return []
    const waiting = services.filter(({ dependsOn }) => dependsOn.some(each => each.service === service.name))
    if (waiting.length === 0) return []
    const isRequired = waiting.some(({ dependsOn }) =>
      dependsOn.some(each => each.service === service.name && each.condition === 'service_healthy'),
    )
    const facts = { service: service.name, dependants: waiting.map(({ name }) => name), isRequired }
    return [{ code: 'healthMissing', severity: isRequired ? 'warning' : 'info', facts, fix: checked(service, waiting, file) }]
  })
}

/** A check by what the service is, for which those that depend on it wait. */
function checked(service: FileService, waiting: readonly FileService[], file: FileFacts): Fix {
  const role = roleOf(service)
  const port = service.ports[0]?.containerPort
  const check = role === null ? undefined : healthcheckFor(role, checkedPort(role, port))
  if (!check) return manual
  const changes: Change[] = [
    { kind: 'set', path: ['services', service.name, 'healthcheck'], value: check },
    ...waiting.map(({ name }): Change => ({
      kind: 'set',
      path: ['services', name, 'depends_on', service.name, 'condition'],
      value: 'service_healthy',
    })),
  ]
  return { kind: 'edit', changes: [{ file: file.overrideFile, changes }] }
}

function checkedPort(role: NonNullable<ReturnType<typeof roleOf>>, published: number | undefined): number {
  const usual: Readonly<Record<typeof role, number>> = {
    s3: 9000,
    'spark-master': 7077,
    'spark-worker': 8081,
    'spark-connect': 15_002,
    mlflow: 5000,
    prefect: 4200,
    streamlit: 8501,
    nginx: 80,
    jupyter: 8888,
  }
  return role === 'spark-master' ? usual[role] : (published ?? usual[role])
}

function startInterval({ name, startIntervalAt }: FileService, { container }: Facts): readonly Finding[] {
  if (!startIntervalAt) return []
  const facts = { ...inFile(startIntervalAt), service: name, version: container?.version ?? '' }
  return [{ code: 'startInterval', severity: 'error', facts, fix: removal(startIntervalAt) }]
}
