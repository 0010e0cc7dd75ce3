import type { Facts } from '#doctor/facts.ts'
import type { Finding } from '#doctor/finding.ts'
import { manual } from '#doctor/fixes.ts'

/** What services need where they run as plain processes, and what an earlier run has left. */
export function localFindings(facts: Facts): readonly Finding[] {
  return [...(facts.engine === 'local' ? needs(facts) : []), ...leftovers(facts)]
}

function needs({ local, services = [] }: Facts): readonly Finding[] {
  const missing = services.flatMap(({ name, isActive, unavailable }): Finding[] =>
    unavailable === null || !isActive
      ? []
      : [{ code: 'programMissing', severity: 'info', facts: { service: name, why: unavailable }, fix: manual }],
  )
  if (!local) return missing
  const { pythonProblem, withoutXattr, staleLock } = local
  return [
    ...(pythonProblem ? [{ code: 'pythonMissing', severity: 'error', facts: pythonProblem, fix: manual } as const] : []),
    ...(withoutXattr ? [{ code: 'xattrMissing', severity: 'error', facts: withoutXattr, fix: manual } as const] : []),
    ...(staleLock === null ? [] : [{ code: 'staleLock', severity: 'info', facts: { file: staleLock }, fix: null } as const]),
    ...missing,
  ]
}

function leftovers({ leftovers: found = [] }: Facts): readonly Finding[] {
  if (found.length === 0) return []
  const facts = { folders: found.map(({ folder }) => folder), bytes: found.reduce((total, { bytes }) => total + bytes, 0) }
  return [{ code: 'leftovers', severity: 'info', facts, fix: { kind: 'command', command: 'removeLeftovers' } }]
}
