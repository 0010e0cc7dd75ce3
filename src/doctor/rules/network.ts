import type { Facts } from '#doctor/facts.ts'
import type { Finding } from '#doctor/finding.ts'
import { manual } from '#doctor/fixes.ts'

/** Proxies and certificates that keep services or downloads from working. */
export function networkFindings({ network }: Facts): readonly Finding[] {
  if (!network) return []
  const { proxy, missingFiles, unknownToJava } = network
  return [
    ...(proxy ? [{ code: 'proxyCatchesLocal', severity: 'warning', facts: proxy, fix: manual } as const] : []),
    ...missingFiles.map((facts): Finding => ({ code: 'caFileMissing', severity: 'warning', facts, fix: manual })),
    ...unknownToJava.map((facts): Finding => ({ code: 'caUnknownToJava', severity: 'warning', facts, fix: manual })),
  ]
}
