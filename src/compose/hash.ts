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

/** The answer of `docker compose config --hash '*'`: the hash of each service by its name. */
export function parseComposeHashes(text: string): ReadonlyMap<string, string> {
  return new Map([...text.matchAll(/^(\S+) ([\da-f]{64})\s*$/gm)].map(([, name = '', hash = '']) => [name, hash]))
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
