import { spawn, type ChildProcess } from 'node:child_process'
import { buffer, text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { LiveStack } from './liveStack.ts'

export interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

const main = fileURLToPath(import.meta.resolve('#cli/main.ts'))

/** What the command line is told of the live stack, by the usual variables. */
export function liveEnv({ s3, spark }: LiveStack): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL: s3.endpoint.endpoint,
    AWS_ACCESS_KEY_ID: s3.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: s3.credentials.secretAccessKey,
    SPARK_CONNECT_AUTHENTICATE_TOKEN: spark.token,
  }
}

/** The command line as a process of its own; only `env` and what a process needs to run is in its environment. */
export function spawnDataflow(args: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
  const { PATH = '', HOME = '', NODE_V8_COVERAGE } = process.env
  const coverage = NODE_V8_COVERAGE === undefined ? {} : { NODE_V8_COVERAGE }
  return spawn(process.execPath, [main, ...args], {
    env: { PATH, HOME, AWS_EC2_METADATA_DISABLED: 'true', ...coverage, ...env },
    stdio: 'pipe',
  })
}

/** Runs it to its end. */
export async function dataflow(args: readonly string[], env: Readonly<Record<string, string>>, input = ''): Promise<Ended> {
  const { stdout, ...rest } = await dataflowBytes(args, env, input)
  return { ...rest, stdout: stdout.toString() }
}

/** As {@link dataflow}, for what is no text. */
export async function dataflowBytes(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  input = '',
): Promise<Omit<Ended, 'stdout'> & { readonly stdout: Buffer }> {
  const child = spawnDataflow(args, env)
  child.stdin?.end(input)
  const ended = new Promise<number | null>(resolve => void child.once('close', resolve))
  const { stdout, stderr } = child
  if (!stdout || !stderr) throw new Error('The process has no output.')
  const [out, told, status] = await Promise.all([buffer(stdout), text(stderr), ended])
  return { status, stdout: out, stderr: told }
}
