import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '#base/clock.ts'
import { identify } from '#process/processId.ts'
import { importBusybox } from '../docker/busyboxImage.ts'
import { dockerClient, output } from '../docker/docker.ts'
import { answers, missingForEngine } from '../docker/engine.ts'
import { createDockerProject, type DockerProject } from './dockerProject.ts'

const bridge = 'dfown0'
export const ownImage = 'dftest/busybox:1'

/** A Docker Engine below a folder that touches neither the bridge nor the rules of another one: it may be killed at any time. */
export class OwnEngine {
  readonly host: string
  readonly #folder: string
  #child: ChildProcess | undefined

  constructor(folder: string) {
    this.#folder = folder
    this.host = `unix://${join(folder, 'docker.sock')}`
  }

  async start(): Promise<void> {
    const at = (name: string): string => join(this.#folder, name)
    const places = ['--data-root', at('data'), '--exec-root', at('exec'), '--pidfile', at('pid'), '--host', this.host]
    // Neither a bridge "none" nor an address pool: with either, dockerd deletes the bridge of another engine.
    const apart = [`--bridge=${bridge}`, '--iptables=false', '--ip-forward=false', '--ip-masq=false']
    rmSync(at('pid'), { force: true })
    await this.#makeBridge()
    const log = openSync(at('log'), 'a')
    this.#child = spawn('dockerd', [...places, ...apart], { stdio: ['ignore', log, log] })
    closeSync(log)
    await until('the engine answers', async () => {
      if (this.#child?.exitCode !== null) throw new Error(readFileSync(at('log'), 'utf8').slice(-1500))
      return await answers(at('docker.sock'))
    })
  }

  /** As the machine would under memory pressure: nothing is put in order. */
  async kill(): Promise<void> {
    const child = this.#child
    if (!child) return
    const closed = once(child, 'close')
    child.kill('SIGKILL')
    await closed
    await this.#endContainerd()
  }

  async stop(): Promise<void> {
    const child = this.#child
    if (child && child.exitCode === null && child.signalCode === null) {
      const closed = once(child, 'close')
      child.kill('SIGTERM')
      await closed
    }
    await this.#endContainerd()
    const points = readFileSync('/proc/mounts', 'utf8')
      .split('\n')
      .map(line => line.split(' ')[1] ?? '')
    for (const point of points.filter(path => path.startsWith(`${this.#folder}/`)).toReversed()) await output('umount', ['--lazy', point])
    await output('busybox', ['ip', 'link', 'del', 'dev', bridge])
  }

  async #makeBridge(): Promise<void> {
    if (networkInterfaces()[bridge]) return
    await output('busybox', ['ip', 'link', 'add', 'dev', bridge, 'type', 'bridge'])
    await output('busybox', ['ip', 'addr', 'add', '10.214.0.1/24', 'dev', bridge])
    await output('busybox', ['ip', 'link', 'set', bridge, 'up'])
  }

  /** It goes with its engine; where nobody reaps it, the next engine would take the number for a living one. */
  async #endContainerd(): Promise<void> {
    const file = join(this.#folder, 'exec/containerd/containerd.pid')
    const pid = Number(await output('cat', [file]).catch(() => '0'))
    await until('containerd has ended', async () => pid < 2 || (await identify(pid)) === undefined)
    rmSync(file, { force: true })
  }
}

/** The folder of an engine of the suite's own; skips the suite, and says so, where none can be started. Call it in `before`. */
export function openOwnFolder(context: Mocha.Context): string {
  const missing = missingForEngine()
  if (missing.length > 0) {
    process.stdout.write(`  no engine of its own: ${missing.join(', ')} missing\n`)
    context.skip()
  }
  return mkdtempSync(join(tmpdir(), 'dfown-'))
}

/** A project on an engine that has begun, and the small image of its services. */
export async function openOwnProject({ host }: OwnEngine): Promise<DockerProject> {
  const client = dockerClient(host)
  await importBusybox(client, ownImage)
  return createDockerProject(client)
}

async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 60_000; !(await isSo()); await systemClock.sleep(50)) {
    if (Date.now() > end) throw new Error(`Not in time: ${what}`)
  }
}
