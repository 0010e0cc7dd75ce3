import { readFile } from 'node:fs/promises'
import { join, posix, relative, sep } from 'node:path'
import type { Readable } from 'node:stream'
import { asError, LakehouseError } from '#base/errors.ts'
import type { ComposeBuild } from '#compose/project.ts'

/** The folder of a build as a tar stream, without what its .dockerignore names. @throws LakehouseError `denied` */
export async function buildContext({ context, dockerfile }: ComposeBuild): Promise<Readable> {
  const { pack, dockerIgnore } = await import('#stack/docker/library.ts')
  const patterns = await ignored(context)
  const rules = dockerIgnore({ ignorecase: false }).add(patterns)
  const always = new Set([posix.normalize(dockerfile), '.dockerignore'])
  const within = neededFolders([...exceptionsIn(patterns), ...always])
  const ignore = (file: string): boolean => {
    const path = relative(context, file).split(sep).join('/')
    return path !== '' && !always.has(path) && !within.has(path) && rules.ignores(path)
  }
  // Windows knows no executable files, and an image without them is of no use.
  const mode = process.platform === 'win32' ? { mode: 0o755 } : {}
  return pack(context, { ignore, map: header => ({ ...header, ...mode, uid: 0, gid: 0 }) })
}

/** What cannot be read may name secrets, so nothing is sent then. */
async function ignored(context: string): Promise<string> {
  const file = join(context, '.dockerignore')
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return ''
    throw new LakehouseError('denied', `Cannot read ${file}: ${asError(cause).message}.`, { hint: 'Check who may read it.', cause })
  }
}

/** `!path` takes something back that a line before ignores. */
function exceptionsIn(patterns: string): string[] {
  return patterns
    .split(/\r?\n/)
    .map(line => line.trim())
    .filter(line => line.startsWith('!'))
    .map(line => posix.normalize(line.slice(1)).replace(/^\/|\/$/g, ''))
}

/** All folders above some paths: they must be entered even where they are ignored themselves. */
function neededFolders(paths: readonly string[]): Set<string> {
  return new Set(
    paths.flatMap(path =>
      path
        .split('/')
        .slice(0, -1)
        .map((_, index, parts) => parts.slice(0, index + 1).join('/')),
    ),
  )
}
