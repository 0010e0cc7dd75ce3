import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { LakehouseError } from '#base/errors.ts'
import { runCommand } from '#process/run.ts'
import { exists, installOnce, type InstallContext } from './install.ts'
import { installFailure } from './installFailure.ts'
import { hashOf } from './uv.ts'

/** A jar of Maven Central and what must be in it. */
export interface Jar {
  readonly group: string
  readonly artifact: string
  readonly version: string
  readonly sha256: string
}

export interface JarSet {
  /** Short name, part of the folder's name. */
  readonly name: string
  /** What the user reads while it is fetched. */
  readonly title: string
  /** A line for each jar: `group:artifact:version sha256`. */
  readonly listFile: string
}

export interface Ivy {
  readonly java: string
  /** Options that make Java trust the machine's certificates. */
  readonly javaOptions: readonly string[]
  /** The jar of Ivy itself. */
  readonly jar: string
  /** An `ivysettings.xml` of the user that names other repositories. */
  readonly settingsFile?: string
}

interface Fetching {
  readonly title: string
  readonly downloads: string
  readonly ivy: Ivy
  readonly context: InstallContext
}

const ivyRuns = 4
const nameChars = /^[\w.-]+$/

/**
 * A folder with exactly the jars of a list, each with the content that the list demands.
 *
 * @throws LakehouseError `corrupt` naming a jar with other content, `failed` when one cannot be fetched.
 */
export async function ensureJars(
  { name, title, listFile }: JarSet,
  ivy: Ivy,
  context: InstallContext,
  signal: AbortSignal,
): Promise<string> {
  const list = await readFile(listFile, 'utf8')
  const jars = parseJarList(list)
  const downloads = join(context.cache, 'downloads', `${name}-${hashOf([list])}`)
  const make = async (temporary: string): Promise<void> => {
    await mkdir(downloads, { recursive: true })
    await fetchJars(jars, { title, downloads, ivy, context }, signal)
    await verifyJars(jars, downloads)
    for (const jar of jars) await rename(join(downloads, fileName(jar)), join(temporary, fileName(jar)))
    await rm(downloads, { recursive: true, force: true })
  }
  return installOnce(jarsFolder(context.cache, name, list), { ...context, make }, signal)
}

/** The folder of the jars of a list, there or not. */
export function jarsFolder(cache: string, name: string, list: string): string {
  return join(cache, 'jars', `${name}-${hashOf([list])}`)
}

/** @throws LakehouseError `invalid` for a line that is no coordinate with a sum. */
export function parseJarList(text: string): Jar[] {
  return text
    .split(/\r?\n/)
    .filter(line => line.trim() !== '')
    .map(line => {
      const [coordinate = '', sha256 = ''] = line.trim().split(/\s+/)
      const [group = '', artifact = '', version = ''] = coordinate.split(':')
      const isSound = [group, artifact, version].every(part => nameChars.test(part)) && /^[0-9a-f]{64}$/.test(sha256)
      if (!isSound) throw new LakehouseError('invalid', `A jar list has the line "${line}"; wanted is group:artifact:version sha256.`)
      return { group, artifact, version, sha256 }
    })
}

/** An Ivy module that depends on exactly these jars; without `default->master` several of them collide. */
export function ivyModule(jars: readonly Jar[]): string {
  const dependencies = jars.map(
    ({ group, artifact, version }) =>
      `    <dependency org="${group}" name="${artifact}" rev="${version}" transitive="false" conf="default->master"/>`,
  )
  return [
    '<ivy-module version="2.0">',
    '  <info organisation="dataflow-lab" module="jars"/>',
    '  <configurations><conf name="default"/></configurations>',
    '  <dependencies>',
    ...dependencies,
    '  </dependencies>',
    '</ivy-module>\n',
  ].join('\n')
}

/** Deletes a jar with other content, also from Ivy's cache, so that the next start fetches it anew. */
async function verifyJars(jars: readonly Jar[], folder: string): Promise<void> {
  for (const jar of jars) {
    const file = join(folder, fileName(jar))
    if (!(await exists(file))) throw new LakehouseError('notFound', `The jar ${coordinateOf(jar)} was not delivered.`, { hint: retryHint })
    if ((await sha256Of(file)) === jar.sha256) continue
    await rm(file, { force: true })
    for (let run = 0; run < ivyRuns; run += 1)
      await rm(join(folder, `ivy-${run}`, jar.group, jar.artifact), { recursive: true, force: true })
    const message = `The jar ${coordinateOf(jar)} has not the content it must have; it was deleted.`
    throw new LakehouseError('corrupt', message, {
      hint: 'Start again to fetch it anew. If it stays, the Maven repository delivers another file.',
    })
  }
}

const retryHint = 'Check the network and the proxy, then start again: what was fetched is kept.'

/** Ivy takes one coordinate after another, so several run side by side. */
async function fetchJars(jars: readonly Jar[], { title, downloads, ivy, context }: Fetching, signal: AbortSignal): Promise<void> {
  const step = `${title}: fetching jars`
  let done = 0
  const onJar = (): void => context.report({ step, done: (done += 1), total: jars.length })
  context.report({ step, done, total: jars.length })
  const shares = Array.from({ length: ivyRuns }, (_, run) => jars.filter((_jar, index) => index % ivyRuns === run)).filter(
    share => share.length > 0,
  )
  const runs = shares.map((share, index) => runIvy(share, { title, downloads, ivy, context, onJar, name: `ivy-${index}` }, signal))
  const failed = (await Promise.allSettled(runs)).find(outcome => outcome.status === 'rejected')
  if (failed) throw failed.reason
}

async function runIvy(
  jars: readonly Jar[],
  { title, downloads, ivy, context, onJar, name }: Fetching & { onJar: () => void; name: string },
  signal: AbortSignal,
): Promise<void> {
  const module = join(downloads, `${name}.xml`)
  await writeFile(module, ivyModule(jars))
  const onLine = (line: string): void => {
    if (/\[SUCCESSFUL ?\]/.test(line)) onJar()
  }
  const settings = ivy.settingsFile ? ['-settings', ivy.settingsFile] : []
  const retrieve = ['-confs', 'default', '-cache', join(downloads, name), '-retrieve', join(downloads, '[artifact]-[revision].[ext]')]
  const args = [...ivy.javaOptions, '-Xmx256m', '-XX:TieredStopAtLevel=1', '-jar', ivy.jar, ...settings, '-ivy', module, ...retrieve]
  const { exitCode, lines } = await runCommand({ command: ivy.java, args, env: context.env, cwd: downloads, onLine }, signal)
  if (exitCode !== 0) throw installFailure(`the jars of ${title}`, lines)
}

function fileName({ artifact, version }: Jar): string {
  return `${artifact}-${version}.jar`
}

function coordinateOf({ group, artifact, version }: Jar): string {
  return `${group}:${artifact}:${version}`
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}
