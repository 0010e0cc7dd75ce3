// `npm start`: the product on a demo workspace, in VS Code. `npm start -- --check` does the same without a person.
import { execFileSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { check } from './demo/check.ts'
import { open } from './demo/open.ts'

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } })
const stdio = ['ignore', process.stderr, process.stderr] as const

// npm gives prestart no arguments, so it could not know that a driven browser is wanted.
if (values.check) execFileSync(process.execPath, ['scripts/setup.mjs', 'check'], { stdio: [...stdio] })
execFileSync(process.execPath, ['scripts/build.ts'], { stdio: [...stdio] })
if (values.check) process.exitCode = (await check()) ? 0 : 1
else await open()
