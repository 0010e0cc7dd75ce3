import type { Facts } from '#doctor/facts.ts'
import type { Finding } from '#doctor/finding.ts'
import { manual } from '#doctor/fixes.ts'
import { isAtLeast } from '#doctor/versions.ts'

/** The oldest engine that the stack was tried on. */
const oldest = '20.10'

/** The container engine: who answers, who does not and why. Of little interest where the services are plain processes. */
export function engineFindings({ engine, container, file }: Facts): readonly Finding[] {
  if (!container) return []
  const { denied, version, tries } = container
  const isWanted = engine === 'docker'
  if (version !== null) {
    return isAtLeast(version, oldest) ? [] : [{ code: 'engineOld', severity: 'warning', facts: { version, oldest }, fix: manual }]
  }
  const severity = isWanted ? 'error' : 'info'
  if (denied) return [{ code: 'engineDenied', severity, facts: denied, fix: manual }]
  if (!isWanted && !file) return []
  return [
    {
      code: 'engineUnreachable',
      severity,
      facts: { tried: tries, isWanted },
      fix: isWanted ? { kind: 'setting', key: 'dataflow.stack.engine', value: 'local' } : manual,
    },
  ]
}
