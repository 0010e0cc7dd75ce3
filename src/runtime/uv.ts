import { createHash } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { runCommand } from '#process/run.ts'
import { exists, installOnce, type InstallContext } from './install.ts'
import { installFailure } from './installFailure.ts'
import { parsePipConfig, pipSettingsOf, uvArguments, uvVariables, type PipSettings } from './pipSettings.ts'
import type { Python } from './pythonFacts.ts'

/** uv, ready to run. */
export interface Uv {
  readonly command: string
  /** The environment to run it in: pip's settings in uv's words, no downloads of Python. */
  readonly env: Readonly<Record<string, string>>
  /** Settings of pip that uv takes as arguments only. */
  readonly installArguments: readonly string[]
}

const noise = { PIP_DISABLE_PIP_VERSION_CHECK: '1', PIP_NO_INPUT: '1' }

/**
 * The uv that the lock pins, installed by the machine's pip where it has one, else by that of a new virtual environment.
 *
 * @throws LakehouseError `failed` with pip's last lines in `details.log`.
 */
export async function ensureUv(lockFile: string, python: Python, context: InstallContext, signal: AbortSignal): Promise<Uv> {
  const key = hashOf([await readFile(lockFile, 'utf8'), python.executable, python.version.join('.')])
  const folder = join(context.cache, 'tools', `uv-${key}`)
  const make = async (temporary: string): Promise<void> => {
    context.report({ step: 'Installing uv' })
    await (python.hasPip
      ? installByPip(lockFile, python.executable, temporary, context, signal)
      : installByVenv(lockFile, python, temporary, context, signal))
  }
  await installOnce(folder, { ...context, make }, signal)
  const command = process.platform === 'win32' ? 'uv.exe' : 'uv'
  const places = [join(folder, 'bin', command), join(folder, 'Scripts', command)]
  const found = (await exists(places[0] ?? '')) ? places[0] : places[1]
  const pip = await settingsOfPip(python, context.env, signal)
  const own = {
    UV_PYTHON_DOWNLOADS: 'never',
    UV_NO_PROGRESS: '1',
    UV_NO_CONFIG: '1',
    UV_CACHE_DIR: context.env['UV_CACHE_DIR'] ?? join(context.cache, 'uv'),
  }
  return {
    command: found ?? command,
    env: { ...context.env, ...uvVariables(pip, context.env), ...own },
    installArguments: uvArguments(pip),
  }
}

/** The first 12 hex digits of the SHA-256 of all parts. */
export function hashOf(parts: readonly string[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part).update('\0')
  return hash.digest('hex').slice(0, 12)
}

async function installByPip(lockFile: string, python: string, target: string, context: InstallContext, signal: AbortSignal): Promise<void> {
  const args = [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--require-hashes',
    '--only-binary',
    ':all:',
    '--no-deps',
    '--target',
    target,
    '-r',
    lockFile,
  ]
  const { exitCode, lines } = await runCommand({ command: python, args, env: { ...context.env, ...noise } }, signal)
  if (exitCode !== 0) throw installFailure('uv', lines)
}

async function installByVenv(
  lockFile: string,
  python: Python,
  target: string,
  context: InstallContext,
  signal: AbortSignal,
): Promise<void> {
  const folder = join(target, 'venv')
  const { exitCode, lines } = await runCommand({ command: python.executable, args: ['-I', '-m', 'venv', folder], env: context.env }, signal)
  if (exitCode !== 0) throw installFailure('uv', lines)
  const inside = process.platform === 'win32' ? join(folder, 'Scripts', 'python.exe') : join(folder, 'bin', 'python')
  await installByPip(lockFile, inside, target, context, signal)
  await rm(folder, { recursive: true })
}

/** pip's own settings, as it reads them from its files and the environment. */
export async function settingsOfPip(python: Python, env: Readonly<Record<string, string>>, signal: AbortSignal): Promise<PipSettings> {
  if (!python.hasPip) return pipSettingsOf(env)
  const list = { command: python.executable, args: ['-I', '-m', 'pip', 'config', 'list'], env: { ...env, ...noise } }
  const { exitCode, lines } = await runCommand(list, signal)
  return exitCode === 0 ? parsePipConfig(lines) : pipSettingsOf(env)
}
