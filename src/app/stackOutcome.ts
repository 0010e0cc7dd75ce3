import { LakehouseError, toProblem } from '#base/errors.ts'
import { titleOf } from '#stack/roles.ts'
import type { ServiceName, ServiceState, StepOutcome } from '#stack/types.ts'
import type { StepEnd } from './stackSteps.ts'

/** What a change came to, as one sentence: `Started Spark; kept the object store.` Undefined when it had nothing to do. */
export function summaryOf(outcomes: ReadonlyMap<ServiceName, StepOutcome>, services: readonly ServiceState[]): string | undefined {
  const parts = told.flatMap(outcome => {
    const titles = titlesOf(
      [...outcomes].filter(([, own]) => own === outcome).map(([name]) => name),
      services,
    )
    return titles.length === 0 ? [] : `${outcome} ${listed(titles)}`
  })
  const text = parts.join('; ')
  return text === '' ? undefined : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}

const told = ['started', 'recreated', 'scaled', 'stopped', 'removed', 'erased', 'kept', 'skipped', 'failed'] as const

/** The failures of a change as one; undefined when there is none. A single one that kept nothing back is as it was thrown. */
export function failureOf(ends: ReadonlyMap<ServiceName, StepEnd>, services: readonly ServiceState[]): unknown {
  const failed = [...ends].flatMap(([name, end]) => (end.kind === 'failed' ? [{ name, error: end.error }] : []))
  const blocked = [...ends].filter(([, { kind }]) => kind === 'blocked').map(([name]) => name)
  const [first, ...others] = failed
  if (!first) return undefined
  const bug = failed.find(({ error }) => !toProblem(error))
  if (bug) return bug.error
  const problem = toProblem(first.error)
  if (!problem) return first.error
  if (others.length === 0 && blocked.length === 0) return first.error
  const message = [
    problem.message,
    ...others.map(({ error }) => toProblem(error)?.message ?? ''),
    ...(blocked.length === 0 ? [] : [`Not started because of that: ${listed(titlesOf(blocked, services))}.`]),
  ].join(' ')
  const details = {
    service: first.name,
    ...problem.details,
    failed: failed.map(({ name }) => name).join(', '),
    notStarted: blocked.join(', '),
  }
  return new LakehouseError(problem.code, message, {
    ...(problem.hint === undefined ? {} : { hint: problem.hint }),
    details,
    cause: first.error,
  })
}

/** In the order of starting. */
function titlesOf(names: readonly ServiceName[], services: readonly ServiceState[]): string[] {
  const known = services.filter(({ name }) => names.includes(name)).map(titleOf)
  return [...known, ...names.filter(name => !services.some(service => service.name === name))]
}

function listed(titles: readonly string[]): string {
  return titles.length < 2 ? titles.join('') : `${titles.slice(0, -1).join(', ')} and ${titles.at(-1)}`
}
