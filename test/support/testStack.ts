import { readFileSync } from 'node:fs'
import type { StackSecrets } from '#stack/types.ts'
import type { LakeEndpoints } from '../../scripts/demo/lab.ts'

/** A running stack for tests, with the demo lake in it. */
export interface TestStack {
  readonly endpoints: LakeEndpoints
  readonly secrets: StackSecrets
  /** The folder whose stack it is. */
  readonly project: string
}

/** Names a JSON file with a {@link TestStack}; `npm test` sets it. */
export const testStackVariable = 'DATAFLOW_TEST_STACK'

/** The stack of this run; skips the suite when there is none, which CI does not allow. Call it in `before`. */
export function requireStack(context: Mocha.Context): TestStack {
  const file = process.env[testStackVariable]
  if (file === undefined && process.env['CI'] === undefined) {
    process.stdout.write(`  No stack: ${testStackVariable} is not set. \`npm test\` starts one and sets it.\n`)
    context.skip()
  }
  if (file === undefined) throw new Error(`${testStackVariable} is not set, and CI skips nothing.`)
  // SAFETY: scripts/gates/testBed.ts wrote the file from a TestStack.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return JSON.parse(readFileSync(file, 'utf8')) as TestStack
}
