import { byteText } from '#base/byteText.ts'
import type { StackPlan } from '#stack/plan.ts'
import type { EngineKind, ServiceName, ServiceState, ServiceUsage, StackState } from '#stack/types.ts'
import { alignedLines } from './textOutput.ts'

type Usage = ReadonlyMap<ServiceName, ServiceUsage>

/** The contract of `stack status --json`; a failed stack also says why. */
export function statusJson(state: StackState, usage?: Usage): Readonly<Record<string, unknown>> {
  return {
    engine: state.engine,
    state: state.kind,
    services: state.services.map(service => serviceJson(service, usage)),
    ...(state.kind === 'failed' ? { problem: state.problem } : {}),
    ...(state.elsewhere ? { elsewhere: state.elsewhere } : {}),
  }
}

function serviceJson({ since, ...service }: ServiceState, usage: Usage | undefined): Readonly<Record<string, unknown>> {
  const { name, state, health, pid, url, port, ...more } = service
  const started = since === null ? null : new Date(since).toISOString()
  return { name, state, health, pid, url, port, since: started, ...more, ...(usage ? { usage: usage.get(name) ?? null } : {}) }
}

export function statusText(state: StackState, usage?: Usage): string {
  const { services, elsewhere } = state
  return [
    `The stack ${state.kind === 'failed' ? 'has failed' : `is ${state.kind}`} (${engineText(state.engine)}).\n`,
    ...(state.kind === 'failed'
      ? [`${state.problem.message}\n`, ...(state.problem.hint === undefined ? [] : [`${state.problem.hint}\n`])]
      : []),
    ...(elsewhere
      ? [
          `Still run by ${engineText(elsewhere.engine)}: ${elsewhere.services.join(', ')}; "stack down --engine ${elsewhere.engine}" stops it.\n`,
        ]
      : []),
    alignedLines(services.map(service => serviceCells(service, usage))),
  ].join('')
}

function serviceCells(service: ServiceState, usage: Usage | undefined): string[] {
  const { name, state, health, url, pid, group, isActive, unavailable, isOutdated, isOrphan, replicas } = service
  const notes = [
    ...(pid === null ? [] : [`process ${pid}`]),
    ...(replicas.wanted > 1 || replicas.running > 1 ? [`${replicas.running} of ${replicas.wanted}`] : []),
    ...(isOutdated ? ['its definition changed'] : []),
    ...(isOrphan ? ['not in the definition'] : []),
    ...(unavailable === null || state !== 'stopped' ? [] : [unavailable]),
    ...(unavailable === null && state === 'stopped' && !isActive && group !== null ? [`its group ${group} is not active`] : []),
  ]
  return [name, state, health === 'unknown' ? '' : health, url ?? '', ...(usage ? usageCells(usage.get(name)) : []), notes.join(', ')]
}

function usageCells(usage: ServiceUsage | undefined): string[] {
  if (!usage) return ['', '']
  const cpu = usage.cpu === null ? '' : `${Math.round(usage.cpu * 100)} %`
  return [cpu, byteText(usage.memoryBytes, 'en')]
}

function engineText(engine: EngineKind): string {
  return engine === 'docker' ? 'Docker' : 'processes of this machine'
}

/** What would happen, a line each, then what would be lost. */
export function planText(plan: StackPlan): string {
  const { steps, kept, skipped } = plan
  const lines = [
    ...steps.map(({ action, service, reason }) => `${action} ${service}${reason === null ? '' : ` (${reason})`}`),
    ...kept.map(name => `keep ${name}`),
    ...skipped.map(({ service, reason }) => `skip ${service}: ${reason}`),
    ...lossText(plan),
  ]
  return lines.length === 0 ? 'There is nothing to do.\n' : lines.map(line => `${line}\n`).join('')
}

export function lossText({ losses }: StackPlan): readonly string[] {
  return losses.map(({ service, kind, name, bytes }) => {
    const size = bytes === null ? '' : ` (${byteText(bytes, 'en')})`
    return `Lost for good: ${kind} ${name} of ${service}${size}`
  })
}
