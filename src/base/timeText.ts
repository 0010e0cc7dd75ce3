/** A moment in ISO 8601; its number where that is no time of a calendar: a server takes any. */
export function timeText(epochMs: number): string {
  return Math.abs(epochMs) <= lastMs ? new Date(epochMs).toISOString() : String(epochMs)
}

/** https://tc39.es/ecma262/#sec-time-values-and-time-range */
const lastMs = 8.64e15
