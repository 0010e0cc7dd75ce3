import type { Facts } from '#doctor/facts.ts'
import type { Finding } from '#doctor/finding.ts'

/** What runs, and whether all is in it. */
export function runningFindings({ services = [], buckets }: Facts): readonly Finding[] {
  const broken = services.flatMap(({ name, state, health, reason }): Finding[] => {
    if (state !== 'failed' && health !== 'unhealthy') return []
    const facts = { service: name, why: reason, isRunning: state === 'running' }
    return [{ code: 'serviceBroken', severity: 'error', facts, fix: { kind: 'command', command: 'startStack' } }]
  })
  const missing = buckets?.wanted.filter(name => !buckets.present.includes(name)) ?? []
  if (!buckets || missing.length === 0) return broken
  const facts = { buckets: missing, endpoint: buckets.endpoint }
  return [...broken, { code: 'bucketsMissing', severity: 'error', facts, fix: { kind: 'command', command: 'createBuckets' } }]
}
