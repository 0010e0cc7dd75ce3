import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runCommand } from '#process/run.ts'
import { installOnce, type InstallContext, type InstallProgress } from './install.ts'
import { installFailure } from './installFailure.ts'
import type { Python } from './pythonFacts.ts'
import { hashOf, type Uv } from './uv.ts'

/** A complete Python environment. */
export interface PythonEnvironment {
  readonly folder: string
  readonly python: string
  readonly sitePackages: string
}

export interface EnvironmentSpec {
  /** Short name, part of the folder's name. */
  readonly name: string
  /** What the user reads while it is installed. */
  readonly title: string
  /** Hashed requirements. */
  readonly lockFile: string
  /** Hashed requirements of packages that are built here. */
  readonly buildLockFile: string
  /** Run in the new environment while it still has its temporary name. */
  readonly finish: (environment: PythonEnvironment) => Promise<void>
}

/**
 * The environment that the locks describe, for this Python; compiled, because an environment without bytecode starts its programs
 * several times slower. What was built stays in uv's cache for the next lock; what can be downloaded again goes.
 *
 * @throws LakehouseError `failed` with uv's last lines in `details.log`.
 */
export async function ensureEnvironment(
  spec: EnvironmentSpec,
  { python, openUv, ...context }: InstallContext & { python: Python; openUv: () => Promise<Uv> },
  signal: AbortSignal,
): Promise<PythonEnvironment> {
  const locks = await locksOf(spec)
  const environment = layout(environmentFolder(context.cache, spec.name, locks, python), python)
  const make = async (temporary: string): Promise<void> => {
    const uv = await openUv()
    const run = async (args: readonly string[], onLine: (line: string) => void = () => {}): Promise<void> => {
      const { exitCode, lines } = await runCommand({ command: uv.command, env: uv.env, args, onLine }, signal)
      if (exitCode !== 0) throw installFailure(spec.title, lines)
    }
    await run(['venv', '--quiet', '--no-project', '--relocatable', '--allow-existing', '--python', python.executable, temporary])
    const total = locks[0]?.match(/^[\w.-]+==/gm)?.length ?? 0
    const safety = ['--require-hashes', '--require-build-hashes', '--build-constraints', spec.buildLockFile]
    const where = ['--python', layout(temporary, python).python, '--compile-bytecode', ...uv.installArguments]
    await run(['pip', 'install', ...safety, ...where, '--requirement', spec.lockFile], uvProgress(spec.title, total, context.report))
    await run(['cache', 'prune', '--ci', '--quiet'])
    await spec.finish(layout(temporary, python))
  }
  await installOnce(environment.folder, { ...context, make }, signal)
  return environment
}

/** The folder of the environment that the locks describe, there or not. */
export async function folderOfEnvironment(
  spec: Pick<EnvironmentSpec, 'name' | 'lockFile' | 'buildLockFile'>,
  cache: string,
  python: Python,
): Promise<string> {
  return environmentFolder(cache, spec.name, await locksOf(spec), python)
}

function environmentFolder(cache: string, name: string, locks: readonly string[], { executable, version }: Python): string {
  return join(cache, 'environments', `${name}-${hashOf([...locks, executable, version.join('.'), process.platform, process.arch])}`)
}

async function locksOf({ lockFile, buildLockFile }: Pick<EnvironmentSpec, 'lockFile' | 'buildLockFile'>): Promise<readonly string[]> {
  return Promise.all([lockFile, buildLockFile].map(file => readFile(file, 'utf8')))
}

/** Turns the lines that uv prints into progress. */
export function uvProgress(title: string, total: number, report: (progress: InstallProgress) => void): (line: string) => void {
  let done = 0
  return line => {
    const [, verb = '', subject = ''] =
      /^\s*(Resolved|Downloading|Downloaded|Building|Built|Prepared|Installed|Bytecode compiled)\s+(.*)$/.exec(line) ?? []
    if (verb === 'Downloaded' || verb === 'Built') done += 1
    if (verb === 'Downloading' || verb === 'Building') report({ step: `${title}: ${verb.toLowerCase()} ${subject}`, done, total })
    if (verb === 'Prepared') report({ step: `${title}: compiling`, done: total, total })
  }
}

function layout(folder: string, { version: [major, minor] }: Python): PythonEnvironment {
  if (process.platform === 'win32') {
    return { folder, python: join(folder, 'Scripts', 'python.exe'), sitePackages: join(folder, 'Lib', 'site-packages') }
  }
  return { folder, python: join(folder, 'bin', 'python'), sitePackages: join(folder, 'lib', `python${major}.${minor}`, 'site-packages') }
}
