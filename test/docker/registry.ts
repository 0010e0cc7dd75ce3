import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '#process/ports.ts'
import type { DockerClient } from './docker.ts'

/** An image registry on the loopback address, which engines accept without TLS. */
export interface TestRegistry {
  /** `127.0.0.1:PORT`, the first part of its references. */
  readonly address: string
  readonly pid: number
  /** Puts an image of the engine there as `ADDRESS/NAME`; gives that reference, and takes the local name away again. */
  push(client: DockerClient, image: string, name: string): Promise<string>
  /** Ends it and deletes what it holds. */
  stop(): Promise<void>
}

const program = '/usr/bin/docker-registry'
const preferredPort = 15_100
const startMs = 10_000

/** Starts Debian's docker-registry on an empty temporary folder; undefined where it is not installed. */
export async function startRegistry(): Promise<TestRegistry | undefined> {
  if (!existsSync(program)) return undefined
  const folder = await mkdtemp(join(tmpdir(), 'dataflow-registry-'))
  const address = `127.0.0.1:${await freePort(preferredPort)}`
  const settings = join(folder, 'config.yml')
  await writeFile(
    settings,
    `version: 0.1\nlog: {level: warn}\nstorage:\n  filesystem: {rootdirectory: ${folder}/data}\n  delete: {enabled: true}\nhttp: {addr: '${address}'}\n`,
  )
  const child = spawn(program, ['serve', settings], { stdio: 'ignore' })
  const ended = new Promise<void>(resolve => {
    child.once('close', () => resolve())
    child.once('error', () => resolve())
  })
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL')
    await ended
    await rm(folder, { recursive: true, force: true })
  }
  for (const deadline = Date.now() + startMs; !(await answers(address)); await sleep(50)) {
    if (child.exitCode === null && Date.now() < deadline) continue
    await stop()
    throw new Error(`The registry does not answer at ${address}.`)
  }
  return { address, pid: child.pid ?? 0, push: async (client, image, name) => await push(client, image, `${address}/${name}`), stop }
}

async function push(client: DockerClient, image: string, reference: string): Promise<string> {
  await client.run(['tag', image, reference])
  try {
    await client.run(['push', reference])
  } finally {
    await client.run(['image', 'rm', reference])
  }
  return reference
}

async function answers(address: string): Promise<boolean> {
  return await fetch(`http://${address}/v2/`).then(
    response => response.ok,
    () => false,
  )
}
