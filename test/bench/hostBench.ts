import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { runHostTests } from '../../scripts/workbench/hostTests.ts'

/** Runs the bench module build/bench/NAME.cjs in a fresh extension host on a folder; answers what it measured. */
export async function runHostBench(
  name: string,
  workspace: string,
  env: Readonly<Record<string, string>> = {},
  timeoutMs = 180_000,
): Promise<unknown> {
  const resultFile = resolve(`build/bench/${name}.json`)
  const artifacts = resolve('build/bench/failure')
  mkdirSync(artifacts, { recursive: true })
  const said: string[] = []
  const { code, result } = await runHostTests({
    extension: process.cwd(),
    tests: resolve(`build/bench/${name}.cjs`),
    workspace,
    resultFile,
    env: { ...env, DATAFLOW_BENCH_RESULT: resultFile },
    artifacts,
    timeoutMs,
    onOutput: line => said.push(line),
  }).catch((error: unknown) => {
    process.stderr.write(`${said.join('\n')}\n`)
    throw error
  })
  if (code !== 0) throw new Error(`The bench ${name} ended with ${code} in the extension host.`)
  return JSON.parse(result)
}
