// `npm start`: the product on a demo workspace, in VS Code. `npm start -- --check` does the same without a person.
import { execFileSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { toProblem } from '#base/errors.ts'
import { check } from './demo/check.ts'
import { open } from './demo/open.ts'

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } })

process.exitCode = await main(values.check)

async function main(isCheck: boolean): Promise<number> {
  try {
    // npm gives prestart no arguments, so it could not know that a driven browser is wanted.
    if (isCheck) run('scripts/setup.mjs', 'check')
    run('scripts/build.ts')
    return (await (isCheck ? check() : open())) ? 0 : 1
  } catch (error) {
    const problem = toProblem(error)
    if (!problem) throw error
    process.stderr.write(`✘ ${problem.message}${problem.hint === undefined ? '' : `\n  ${problem.hint}`}\n`)
    return 1
  }
}

/** Runs a script of ours; its output is kept from ours, which others may read. */
function run(...script: readonly [string, ...string[]]): void {
  execFileSync(process.execPath, script, { stdio: ['ignore', process.stderr, process.stderr] })
}
