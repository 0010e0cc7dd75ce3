import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isProblem, LakehouseError } from '#base/errors.ts'
import type { ComposeReading, ComposeSources, SourceFile } from './parseProject.ts'

/** In the order in which `docker compose` looks for them. */
const composeFileNames = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'] as const
const overrideFileNames = [
  'compose.override.yml',
  'compose.override.yaml',
  'docker-compose.override.yml',
  'docker-compose.override.yaml',
] as const

/**
 * The compose project of a folder: its compose file, the override beside it, `.env` and every `env_file`; undefined where the
 * folder has no compose file. @throws LakehouseError `denied` for a file that cannot be read, `invalid` for what is no text of settings.
 */
export async function readProject(folder: string, env: ComposeSources['env'], signal: AbortSignal): Promise<ComposeReading | undefined> {
  const sources = await readSources(folder, signal)
  return sources && (await parseSources(sources, env, signal))
}

/** The project of these texts, and of every `env_file` that they name. */
export async function parseSources(sources: FolderSources, env: ComposeSources['env'], signal: AbortSignal): Promise<ComposeReading> {
  // Loaded on first use, because a YAML parser and a schema validator are not needed to list a lake.
  const { parseProject } = await import('./parseProject.ts')
  return await withEnvFiles(signal, fileText => parseProject({ ...sources, env, fileText }))
}

/** What a folder holds of a project. */
export type FolderSources = Pick<ComposeSources, 'folder' | 'files' | 'envText'>

/** The texts that the project of a folder is read from; undefined where the folder has no compose file. */
export async function readSources(folder: string, signal: AbortSignal): Promise<FolderSources | undefined> {
  const file = await firstOf(folder, composeFileNames, signal)
  if (file === undefined) return undefined
  const override = await firstOf(folder, overrideFileNames, signal)
  const envText = await textOfFile(join(folder, '.env'), signal)
  return { folder, files: override === undefined ? [file] : [file, override], envText }
}

/** Reads the files that a first parsing asks for, and parses again with them. */
async function withEnvFiles(
  signal: AbortSignal,
  parse: (fileText: (path: string) => string | undefined) => ComposeReading,
): Promise<ComposeReading> {
  const wanted = new Set<string>()
  const first = parse(path => {
    wanted.add(path)
    return undefined
  })
  if (wanted.size === 0) return first
  const texts = new Map<string, string | undefined>()
  for (const path of wanted) texts.set(path, await textOfFile(path, signal))
  return parse(path => texts.get(path))
}

async function firstOf(folder: string, names: readonly string[], signal: AbortSignal): Promise<SourceFile | undefined> {
  for (const name of names) {
    const path = join(folder, name)
    const text = await textOfFile(path, signal)
    if (text !== undefined) return { path, text }
  }
  return undefined
}

/** What is longer is no settings; a device or a pipe would never end. */
const mostBytes = 1_000_000

/** Undefined where there is no such file. */
async function textOfFile(path: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    const found = await stat(path)
    if (found.isDirectory()) return undefined
    if (!found.isFile() || found.size > mostBytes) {
      throw new LakehouseError('invalid', `${path} is ${found.isFile() ? `larger than ${mostBytes} bytes` : 'no plain file'}.`, {
        hint: 'Put a plain text in its place.',
      })
    }
    return await readFile(path, { encoding: 'utf8', signal })
  } catch (error) {
    signal.throwIfAborted()
    if (isProblem(error)) throw error
    const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw new LakehouseError('denied', `Cannot read ${path}.`, { hint: 'Check who may read the file.', cause: error })
  }
}
