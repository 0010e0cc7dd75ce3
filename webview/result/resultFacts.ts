import type { ResultMetadata } from '#protocol/result.ts'
import { countText, type Strings } from '../shared/strings.ts'

export interface Fact {
  readonly text: string
  /** True when rows are missing. */
  readonly isWarning: boolean
}

/** Bytes that a result is cut at; the row limit is the number of its rows. */
const cutSize = '8 MiB'

/** What is said below the rows: how many, whether cut, how long it took. Metadata is missing in files of others. */
export function resultFacts(rows: number, metadata: ResultMetadata | undefined, strings: Strings): readonly Fact[] {
  const facts: Fact[] = [
    { text: rows === 0 ? strings.result.noRows : strings.result.rows(countText(rows, strings), rows === 1), isWarning: false },
  ]
  if (metadata?.cut === 'rows') facts.push({ text: strings.result.cutRows(countText(rows, strings)), isWarning: true })
  if (metadata?.cut === 'bytes') facts.push({ text: strings.result.cutBytes(cutSize), isWarning: true })
  if (metadata) facts.push({ text: durationOf(metadata.durationMs, strings), isWarning: false })
  return facts
}

/** `850 ms`, `2.4 s`, `3 min 05 s`. */
function durationOf(ms: number, { language }: Strings): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`
  const seconds = ms / 1000
  if (seconds < 60) return `${seconds.toLocaleString(language, { maximumFractionDigits: seconds < 10 ? 1 : 0 })} s`
  const whole = Math.round(seconds)
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`
}
