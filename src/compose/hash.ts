import { createHash } from 'node:crypto'
import type { ComposeService } from './project.ts'

/** What decides when and how often a container is started, not what it is made from. */
const notMadeFrom: ReadonlySet<string> = new Set(['dependsOn', 'profiles', 'scale', 'hash'])

/** SHA-256 in hex over all of a service that a container is made from; the order of keys does not matter. */
export function serviceHash(service: Omit<ComposeService, 'hash'>): string {
  const madeFrom = Object.entries(service).filter(([key, value]) => !notMadeFrom.has(key) && value !== undefined)
  return createHash('sha256')
    .update(JSON.stringify(sorted(Object.fromEntries(madeFrom))))
    .digest('hex')
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  )
}
