import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)
const mostBytes = 256 * 1024 * 1024

/** What the built command line answers to a command with `--json`, on the local stack of a project. */
export async function askCli(project: string, ...args: readonly string[]): Promise<unknown> {
  const { stdout } = await run(process.execPath, ['dist/cli.cjs', ...args, '--json', '--project', project], { maxBuffer: mostBytes })
  return JSON.parse(stdout)
}
