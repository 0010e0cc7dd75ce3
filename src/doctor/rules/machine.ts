import type { Facts } from '#doctor/facts.ts'
import type { Finding } from '#doctor/finding.ts'
import { manual } from '#doctor/fixes.ts'

const gigabyte = 1024 ** 3
/** Promised to be enough; a machine sold with 8 GB shows a little less. */
const memoryWanted = 7.5 * gigabyte
/** Below this not even the object store and Spark fit. */
const memoryNeeded = 3.5 * gigabyte
const diskWanted = 20 * gigabyte
const diskNeeded = 2 * gigabyte
/** Spark and the object store hold a file or socket for each part of a table. */
const filesWanted = 4096
/** Signatures of S3 are refused beyond the second. */
const skewNoticedMs = 60_000
const skewRefusedMs = 15 * 60_000

/** Memory, disk, limits and clocks. */
export function machineFindings(facts: Facts): readonly Finding[] {
  return [...memory(facts), ...disks(facts), ...fileLimit(facts), ...clocks(facts)]
}

function memory({ machine, container, engine }: Facts): readonly Finding[] {
  const seen = [
    ['machine', machine?.memoryBytes ?? null],
    ['engine', engine === 'docker' ? (container?.memoryBytes ?? null) : null],
  ] as const
  const low = seen.flatMap(([where, bytes]): Finding[] => {
    if (bytes === null || bytes >= memoryWanted) return []
    const severity = bytes < memoryNeeded ? 'error' : 'warning'
    return [{ code: 'memoryLow', severity, facts: { bytes, wanted: 8 * gigabyte, where }, fix: manual }]
  })
  // An engine without a machine of its own has this one's memory.
  return machine?.memoryBytes === container?.memoryBytes ? low.slice(0, 1) : low
}

function disks({ disks: seen = [] }: Facts): readonly Finding[] {
  return seen.flatMap(({ what, folder, free }): Finding[] => {
    if (free >= diskWanted) return []
    return [
      {
        code: 'diskLow',
        severity: free < diskNeeded ? 'error' : 'warning',
        facts: { what, folder, free, wanted: diskWanted },
        fix: manual,
      },
    ]
  })
}

function fileLimit({ machine }: Facts): readonly Finding[] {
  const limit = machine?.fileLimit ?? null
  if (limit === null || limit >= filesWanted) return []
  return [{ code: 'fileLimit', severity: 'warning', facts: { limit, wanted: filesWanted }, fix: manual }]
}

function clocks({ servers = [] }: Facts): readonly Finding[] {
  return servers.flatMap(({ service, skewMs }): Finding[] => {
    if (skewMs === null || Math.abs(skewMs) < skewNoticedMs) return []
    const severity = Math.abs(skewMs) > skewRefusedMs ? 'error' : 'warning'
    return [{ code: 'clockSkew', severity, facts: { service, seconds: Math.round(skewMs / 1000) }, fix: manual }]
  })
}
