const atStart = /^\W{0,2}(\d{4})[-/](\d\d)[-/](\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d{1,9}))?(Z|[+-]\d\d:?\d\d)?/
const inJson = /"(?:time|timestamp|@timestamp|ts)"\s*:\s*"([^"]{19,40})"/

/** When a line was written, in epoch ms, where it begins with a date or is JSON that has one; a time without a zone is of this machine. */
export function logTime(line: string): number | null {
  const text = line.startsWith('{') ? (inJson.exec(line.slice(0, 1000))?.[1] ?? '') : line
  const [, year, month, day, time, fraction = '0', zone = ''] = atStart.exec(text) ?? []
  if (year === undefined) return null
  const parsed = Date.parse(`${year}-${month}-${day}T${time}.${fraction.slice(0, 3).padEnd(3, '0')}${withColon(zone)}`)
  return Number.isNaN(parsed) ? null : parsed
}

function withColon(zone: string): string {
  return /^[+-]\d{4}$/.test(zone) ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone
}
