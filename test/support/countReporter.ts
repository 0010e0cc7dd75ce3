import { appendFileSync } from 'node:fs'
import { format } from 'node:util'
import Mocha from 'mocha'

/** What one mocha run did; one JSON line each in the file that DATAFLOW_TEST_COUNTS names. */
export interface TestCounts {
  readonly passed: number
  readonly failed: number
  /** Full titles. */
  readonly skipped: readonly string[]
}

/**
 * One line a suite, then the skipped and the failed tests, and the counts for scripts/test.ts. What it says goes to the file that
 * DATAFLOW_TEST_REPORT names where there is no terminal, as in the extension host.
 */
class CountReporter extends Mocha.reporters.Base {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options)
    Mocha.reporters.Base.consoleLog = (...parts: unknown[]) => write(format(...parts))
    const skipped: string[] = []
    let started = Date.now()
    let tests = 0
    runner.on('suite', suite => {
      if (suite.parent?.root === true) [started, tests] = [Date.now(), 0]
    })
    runner.on('test end', () => void tests++)
    runner.on('pending', test => skipped.push(test.fullTitle()))
    runner.on('fail', test => write(`  FAILED ${test.fullTitle()}`))
    runner.on('suite end', suite => {
      if (suite.parent?.root === true && tests > 0) write(`  ${suite.title}: ${tests} in ${Date.now() - started} ms`)
    })
    runner.once('end', () => {
      for (const title of skipped) write(`  skipped: ${title}`)
      if (this.failures.length > 0) Mocha.reporters.Base.list(this.failures)
      const { passes = 0, failures = 0 } = runner.stats ?? {}
      report({ passed: passes, failed: failures, skipped })
    })
  }
}

function report(counts: TestCounts): void {
  const file = process.env['DATAFLOW_TEST_COUNTS']
  if (file === undefined) write(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped.length} skipped`)
  else appendFileSync(file, `${JSON.stringify(counts)}\n`)
}

function write(line: string): void {
  const file = process.env['DATAFLOW_TEST_REPORT']
  if (file === undefined) process.stdout.write(`${line}\n`)
  else appendFileSync(file, `${line}\n`)
}

// Mocha loads a reporter by require() and takes what that gives.
export { CountReporter, CountReporter as 'module.exports' }
