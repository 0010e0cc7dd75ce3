import type { TestCounts } from '../../test/support/countReporter.ts'

export const noTests: TestCounts = { passed: 0, failed: 0, skipped: [] }

/** One gate that is no suite, or a suite that broke, seen as a test. */
export const oneFailure: TestCounts = { passed: 0, failed: 1, skipped: [] }

export function addCounts(a: TestCounts, b: TestCounts): TestCounts {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: [...a.skipped, ...b.skipped] }
}

/** The sum of the JSON lines that test/support/countReporter.ts wrote. */
export function parseCounts(lines: string): TestCounts {
  return lines
    .split('\n')
    .filter(line => line !== '')
    .map(parseLine)
    .reduce(addCounts, noTests)
}

/** The line that closes a run. */
export function describeCounts({ passed, failed, skipped }: TestCounts): string {
  return `${passed} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`
}

function parseLine(line: string): TestCounts {
  const value: unknown = JSON.parse(line)
  const read = (key: keyof TestCounts): unknown => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined)
  const [passed, failed, skipped] = [read('passed'), read('failed'), read('skipped')]
  if (typeof passed === 'number' && typeof failed === 'number' && Array.isArray(skipped))
    return { passed, failed, skipped: skipped.map(String) }
  throw new Error(`A line of test counts has another shape: ${line}`)
}
