import type { ResultMetadata } from '#protocol/result.ts'
import { countText, type Strings } from '../shared/strings.ts'

export interface Fact {
  readonly text: string
  /** Rows are missing; this setting allows more. */
  readonly setting?: string
}

/** A result below its cell: what was decoded, and what the extension says of it; metadata is missing in files of others. */
export interface ResultSize {
  readonly rows: number
  /** Of the Arrow stream. */
  readonly bytes: number
  readonly metadata: ResultMetadata | undefined
}

/** What is said below the rows: how many, whether cut and by which setting, how long it took. */
export function resultFacts({ rows, bytes, metadata }: ResultSize, strings: Strings): readonly Fact[] {
  const { result } = strings
  const facts: Fact[] = [{ text: rows === 0 ? result.noRows : result.rows(countText(rows, strings), rows === 1) }]
  if (metadata?.cut === 'rows')
    facts.push({ text: result.cutAt(result.rows(countText(rows, strings), false)), setting: 'dataflow.results.maxRows' })
  if (metadata?.cut === 'bytes') facts.push({ text: result.cutAt(sizeText(bytes, strings)), setting: 'dataflow.results.maxBytes' })
  if (metadata) facts.push({ text: durationOf(metadata.durationMs, strings) })
  return facts
}

/** `8 MiB`, `512 KiB`. */
function sizeText(bytes: number, { language }: Strings): string {
  const [value, unit] = bytes < 1024 * 1024 ? [bytes / 1024, 'KiB'] : [bytes / 1024 / 1024, 'MiB']
  return `${value.toLocaleString(language, { maximumFractionDigits: 1 })} ${unit}`
}

/** `850 ms`, `2.4 s`, `3 min 05 s`. */
function durationOf(ms: number, { language }: Strings): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`
  const seconds = ms / 1000
  if (seconds < 60) return `${seconds.toLocaleString(language, { maximumFractionDigits: seconds < 10 ? 1 : 0 })} s`
  const whole = Math.round(seconds)
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`
}
