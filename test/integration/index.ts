import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import Mocha from 'mocha'
import { CountReporter } from '../support/countReporter.ts'

const testMs = 60_000

/** VS Code calls it inside the extension host, with the bundles of the tests beside this one. */
export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'bdd', timeout: testMs, color: false, reporter: CountReporter })
  const folder = __dirname
  for (const name of readdirSync(folder).toSorted()) {
    if (name.endsWith('.test.cjs')) mocha.addFile(join(folder, name))
  }
  const failures = await new Promise<number>(resolve => mocha.run(resolve))
  if (failures > 0) throw new Error(`${failures} tests failed.`)
}
