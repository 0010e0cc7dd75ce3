import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import type { Readable } from 'node:stream'

/** The docker client of this machine, on one engine. */
export interface DockerClient {
  /** As DOCKER_HOST has it. */
  readonly host: string
  /** Runs `docker ARGS`, with `input` as its standard input, and gives what it prints. @throws Error with the end of its errors */
  run(args: readonly string[], input?: Readable): Promise<string>
}

export function dockerClient(host: string): DockerClient {
  // The engine of Debian 12 has no BuildKit client.
  const env = { ...process.env, DOCKER_HOST: host, DOCKER_BUILDKIT: '0', DOCKER_CONTEXT: undefined }
  return { host, run: async (args, input) => await output('docker', args, { env, ...(input ? { input } : {}) }) }
}

export interface OutputOptions {
  readonly env?: NodeJS.ProcessEnv
  readonly cwd?: string
  readonly input?: Readable
}

/** Runs a program to its end and gives what it prints. @throws Error with the end of its errors */
export async function output(command: string, args: readonly string[], { input, ...where }: OutputOptions = {}): Promise<string> {
  const child = spawn(command, args, { ...where, stdio: [input ? 'pipe' : 'ignore', 'pipe', 'pipe'] })
  if (input && child.stdin) input.pipe(child.stdin).on('error', () => input.destroy())
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  const { stdout, stderr } = child
  if (!stdout || !stderr) throw new Error(`${command} has no output.`)
  const [said, complaint, status] = await Promise.all([text(stdout), text(stderr), ended])
  if (status === 0) return said.trim()
  throw new Error(`${command} ${args[0]} ended with ${status}: ${`${said}\n${complaint}`.trim().slice(-2000)}`)
}
