// `npm test`: every gate in order, the quick ones first. `-- --only unit,build` runs some of them.
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import type { TestCounts } from '../test/support/countReporter.ts'
import { logFolder } from './gates/command.ts'
import { addCounts, describeCounts, noTests, oneFailure } from './gates/counts.ts'
import type { Gate } from './gates/gate.ts'
import { createGates } from './gates/gates.ts'
import { openTestBed, type TestBed } from './gates/testBed.ts'

const { values } = parseArgs({ options: { only: { type: 'string' } } })

process.exitCode = (await main(values.only?.split(','))) ? 0 : 1

/** True when every gate holds and at least one test ran. */
async function main(only: readonly string[] | undefined): Promise<boolean> {
  if (!only) await rm('build', { recursive: true, force: true })
  await mkdir(logFolder, { recursive: true })
  const bed = openTestBed()
  let counts = noTests
  try {
    counts = await runGates(createGates(bed), only)
  } finally {
    counts = addCounts(counts, await close(bed))
  }
  if (counts.passed + counts.failed === 0) {
    say('No test ran.')
    counts = oneFailure
  }
  await writeFile(`${logFolder}/summary.log`, `${describeCounts(counts)}\n`)
  say(describeCounts(counts))
  return counts.failed === 0
}

/** Stops at the first gate that does not hold: what follows builds on it. */
async function runGates(gates: readonly Gate[], only: readonly string[] | undefined): Promise<TestCounts> {
  let counts = noTests
  for (const gate of gates) {
    if (only && !only.includes(gate.name)) continue
    say(`▶ ${gate.name}`)
    const started = Date.now()
    const outcome = await runGate(gate)
    counts = addCounts(counts, outcome)
    const holds = outcome.failed === 0
    say(`${holds ? '✔' : '✘'} ${gate.name} (${seconds(started)}${outcome === noTests ? '' : `, ${describeCounts(outcome)}`})`)
    if (!holds) break
  }
  return counts
}

async function runGate(gate: Gate): Promise<TestCounts> {
  try {
    return await gate.run()
  } catch (error) {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error))
    return oneFailure
  }
}

async function close(bed: TestBed): Promise<TestCounts> {
  const left = await bed.close()
  for (const { pid, command } of left) say(`Process ${pid} was left running: ${command}`)
  return left.length === 0 ? noTests : oneFailure
}

function seconds(since: number): string {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
