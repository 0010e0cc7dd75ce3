import { rm } from 'node:fs/promises'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestCounts } from '../../test/support/countReporter.ts'
import { logFolder, runCommand, type Command } from './command.ts'
import { addCounts, noTests, oneFailure, parseCounts } from './counts.ts'

/** One step of `npm test`. */
export interface Gate {
  readonly name: string
  /** What ran; a gate that is no suite gives no tests, and one failure when it does not hold. */
  run(): Promise<TestCounts>
}

/** Holds when all the commands end with 0. */
export function commandGate(name: string, ...commands: readonly Command['argv'][]): Gate {
  return {
    name,
    run: async () => {
      let holds = true
      for (const argv of commands) holds = (await runCommand({ name, argv, show: 'onFailure' })) && holds
      return holds ? noTests : oneFailure
    },
  }
}

export interface Suite {
  readonly name: string
  /** A glob of the suite's files. */
  readonly files: string
  /** The longest that one test may take. */
  readonly timeoutMs: number
  readonly env?: Readonly<Record<string, string>>
}

/** A mocha run in a Node of its own. */
export function suiteGate({ name, files, timeoutMs, env }: Suite): Gate {
  const reporter = ['--reporter', './test/support/countReporter.ts', '--timeout', String(timeoutMs)]
  return {
    name,
    run: () =>
      countedRun(name, async countsFile => {
        const argv = ['mocha', ...reporter, files] as const
        return await runCommand({ name, argv, env: { ...env, DATAFLOW_TEST_COUNTS: countsFile }, show: 'live' })
      }),
  }
}

/** Runs a suite that writes its counts to a file; one that dies, or says it failed without a failed test, counts as failed. */
export async function countedRun(name: string, run: (countsFile: string) => Promise<boolean>): Promise<TestCounts> {
  const countsFile = join(logFolder, `${name}.counts`)
  await rm(countsFile, { force: true })
  const passed = await run(countsFile)
  const counts = existsSync(countsFile) ? parseCounts(readFileSync(countsFile, 'utf8')) : noTests
  const forbidden = process.env['CI'] === undefined ? [] : counts.skipped.filter(title => !mayBeAbsent.test(title))
  for (const title of forbidden) process.stdout.write(`  CI skips nothing: ${title}\n`)
  const holds = (passed || counts.failed > 0) && forbidden.length === 0
  return holds ? counts : addCounts(counts, oneFailure)
}

/** In the titles of what CI may skip: the corpus is no part of the repository, and an engine does not start everywhere. */
const mayBeAbsent = /Delta corpus|docker/i
