import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Json } from '#arrow/json.ts'
import type { DemoRow, DemoTable } from '#app/demoTables.ts'

const run = promisify(execFile)
const mostBytes = 256 * 1024 * 1024

/** All rows of a version of a demo table as the built command line reads them, on the local stack of a project. */
export async function askRows(project: string, table: DemoTable, version: number): Promise<readonly DemoRow[]> {
  const location = `s3://${table.layer}/${table.name}`
  const answer = await askCli(project, 'rows', location, '--version', String(version), '--limit', 'all')
  // SAFETY: the command line's contract for `rows --json`, which its own tests check.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return (answer as { readonly rows: readonly DemoRow[] }).rows
}

/** The rows of a statement, as arrays, run by the built command line. */
export async function askSql(project: string, sql: string): Promise<readonly (readonly Json[])[]> {
  // SAFETY: as above, for `sql --json`.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return ((await askCli(project, 'sql', sql)) as { readonly rows: readonly (readonly Json[])[] }).rows
}

async function askCli(project: string, ...args: readonly string[]): Promise<unknown> {
  const { stdout } = await run(process.execPath, ['dist/cli.cjs', ...args, '--json', '--project', project], { maxBuffer: mostBytes })
  return JSON.parse(stdout)
}
