import { LakehouseError } from '#base/errors.ts'
import type { ReadProgress, Report } from '#base/progress.ts'
import type { PreviewHost, PreviewTable, PreviewVersion } from '#protocol/preview.ts'
import { sampleRows } from './sampleRows.ts'

const latest = 120

/** So many rows of {@link pretendPreview} meet any filter. */
export const matchingRows = 1234

/** A table of a million rows with {@link sampleRows} and versions 0 to 120; parts can be replaced. */
export function pretendPreview(parts: Partial<PreviewHost> = {}): PreviewHost & { readonly calls: string[] } {
  const calls: string[] = []
  return {
    calls,
    open: async ({ version }) => tableAt(version ?? latest),
    listVersions: async ({ before, limit }) => {
      const from = before === null ? latest : before - 1
      const versions = Array.from({ length: Math.min(limit, from + 1) }, (_, i) => versionOf(from - i))
      return { versions, more: (versions.at(-1)?.version ?? 0) > 0 }
    },
    readPage: async ({ version, offset, limit, filter }) => {
      calls.push(`read ${version} ${offset}${filter === null ? '' : ` ${filter}`}`)
      const rows = Math.max(0, Math.min(limit, (filter === null ? 1_000_000 : matchingRows) - offset))
      return { arrow: sampleRows(offset, rows), rows, warnings: [] }
    },
    countRows: async () => ({ rows: 1_000_000 }),
    copy: async ({ text }) => void calls.push(`copy ${text}`),
    ...parts,
  }
}

/** A read that tells how far it is at once and then goes on until it is ended. */
export async function endlessRead(progress: ReadProgress, signal: AbortSignal, report: Report | undefined): Promise<never> {
  report?.(progress)
  return await new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
}

/** What `open` answers for a version. */
export function tableAt(version: number, parts: Partial<PreviewTable> = {}): PreviewTable {
  return {
    name: 'trades',
    location: 's3://silver/trades',
    version,
    latestVersion: latest,
    partitionColumns: ['day'],
    ...parts,
  }
}

/** A failure that the page has to show. */
export function problem(code: 'unsupported' | 'unreachable' | 'denied'): LakehouseError {
  const hints = {
    unsupported: 'Read it with Spark instead.',
    unreachable: 'Start the stack, then try again.',
    denied: 'Check the key of the connection.',
  }
  return new LakehouseError(code, `Cannot read silver/trades: ${code}.`, { hint: hints[code] })
}

function versionOf(version: number): PreviewVersion {
  const operations = ['WRITE', 'MERGE', 'DELETE', 'UPDATE', 'OPTIMIZE']
  return {
    version,
    timestamp: new Date(Date.UTC(2026, 0, 1) + version * 3_600_000).toISOString(),
    operation: operations[version % operations.length] ?? null,
    readable: version > 2,
  }
}
