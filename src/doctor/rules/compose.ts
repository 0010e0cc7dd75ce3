import type { Facts } from '#doctor/facts.ts'
import type { Finding } from '#doctor/finding.ts'
import { inFile, manual, removal } from '#doctor/fixes.ts'

/** Keys without which a service runs as well: what they ask for is so anyway, or only matters elsewhere. */
const idle: ReadonlySet<string> = new Set([
  'attach',
  'expose',
  'logging',
  'mem_reservation',
  'platform',
  'pull_policy',
  'stdin_open',
  'stop_signal',
  'tty',
  'ulimits',
])

/** What the loader refuses, line by line. */
export function composeFindings({ file }: Facts): readonly Finding[] {
  return (file?.diagnostics ?? []).flatMap((trouble): Finding[] => {
    const { message, key } = trouble
    // Has a finding of its own.
    if (key === 'start_interval') return []
    const fix = key !== null && idle.has(key) ? removal(trouble) : manual
    return [{ code: 'composeInvalid', severity: 'error', facts: { ...inFile(trouble), message }, fix }]
  })
}
