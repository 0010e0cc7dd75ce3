import { randomBytes } from 'node:crypto'
import { lstat, mkdir, open, readdir, readFile, rmdir, stat, unlink } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { asError, isProblem, LakehouseError } from '#base/errors.ts'
import { readSources } from '#compose/readProject.ts'

/** A file of a project: copied, or written where its text depends on the project. */
interface ProjectFile {
  /** Relative to the project, with slashes. */
  readonly path: string
  readonly source: string
  readonly fill?: (text: string) => string
  /** For its owner alone. */
  readonly isSecret?: boolean
}

/** Names that a package or a repository would not carry as they are. */
const ownNames: Readonly<Record<string, string>> = { env: '.env', gitignore: '.gitignore' }

/**
 * Writes a lakehouse project into a folder, made where it is missing, with passwords of its own. Gives the paths of the files,
 * relative to the folder and with slashes. Nothing that is there is changed: where one of them exists, nothing is written.
 *
 * @throws LakehouseError `conflict` with those files in `details.files`, `denied` where the folder cannot be written
 */
export async function createProject(productFolder: string, folder: string, signal: AbortSignal): Promise<readonly string[]> {
  const root = resolve(folder)
  const files = await projectFiles(productFolder, root)
  const there = await existing(root, files, signal)
  if (there.length > 0) throw conflict(root, there)
  const undoing: Undoing = []
  try {
    for (const file of files) {
      signal.throwIfAborted()
      await write(root, file, undoing)
    }
  } catch (error) {
    // Somebody may have put a file of theirs into a folder meanwhile, which then stays.
    for (const undo of undoing.toReversed()) await undo().catch(() => undefined)
    throw isExpected(error, signal) ? error : writeFailure(root, error)
  }
  return files.map(({ path }) => path)
}

async function projectFiles(productFolder: string, root: string): Promise<readonly ProjectFile[]> {
  const template = join(productFolder, 'templates', 'project')
  const entries = await readdir(template, { recursive: true, withFileTypes: true })
  const sources = entries
    .filter(entry => entry.isFile() && !entry.parentPath.includes('__pycache__'))
    .map(entry => join(entry.parentPath, entry.name))
  const texts: Readonly<Record<string, (text: string) => string>> = {
    '.env': text => filled(text, secrets()) + projectName(root),
    'README.md': text => filled(text, { name: basename(root) }),
  }
  const files = sources.map(source => {
    const inside = relative(template, source).split(sep).join('/')
    const path = ownNames[inside] ?? inside
    return { path, source, ...(texts[path] ? { fill: texts[path] } : {}), isSecret: path === '.env' }
  })
  // The same jars that the local engine has.
  const jars = { path: 'config/spark/jars.txt', source: join(productFolder, 'locks', 'spark-jars.txt') }
  return [...files, jars].toSorted((a, b) => (a.path < b.path ? -1 : 1))
}

function secrets(): Readonly<Record<string, string>> {
  return { s3AccessKey: random(10), s3SecretKey: random(20), sparkToken: random(24), jupyterToken: random(24) }
}

function random(bytes: number): string {
  return randomBytes(bytes).toString('hex')
}

/** Docker makes a project's name from the letters and digits of its folder's; some have none. */
function projectName(root: string): string {
  return /[a-z0-9]/i.test(basename(root)) ? '' : '\n# This folder has a name that Docker cannot use.\nCOMPOSE_PROJECT_NAME=lakehouse\n'
}

function filled(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => values[name] ?? whole)
}

/** What stands in the way: files of these names, or a file where a folder must be, or another compose file, which would go first. */
async function existing(root: string, files: readonly ProjectFile[], signal: AbortSignal): Promise<readonly string[]> {
  const found = new Set<string>()
  const sources = (await isFolder(root)) ? await readSources(root, signal) : undefined
  for (const { path } of sources?.files ?? []) found.add(relative(root, path))
  for (const { path } of files) {
    const blocked = await obstacle(root, path)
    if (blocked !== undefined) found.add(blocked)
  }
  return [...found].toSorted()
}

async function obstacle(root: string, path: string): Promise<string | undefined> {
  const parts = path.split('/')
  for (let count = 0; count < parts.length; count += 1) {
    const parent = parts.slice(0, count).join('/')
    // A link below the folder would lead out of it.
    const entry = await (parent === '' ? stat : lstat)(join(root, parent)).catch(() => undefined)
    if (entry === undefined) return undefined
    if (!entry.isDirectory()) return parent === '' ? '.' : parent
  }
  return (await lstat(join(root, path)).catch(() => undefined)) && path
}

async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    entry => entry.isDirectory(),
    () => false,
  )
}

/** How to take back what was made so far, in the order of the making. */
type Undoing = (() => Promise<void>)[]

async function write(root: string, { path, source, fill, isSecret }: ProjectFile, undoing: Undoing): Promise<void> {
  const target = join(root, path)
  const folder = dirname(target)
  const first = await mkdir(folder, { recursive: true })
  for (const made of first === undefined ? [] : fromTo(first, folder)) undoing.push(() => rmdir(made))
  const content = fill ? fill(await readFile(source, 'utf8')) : await readFile(source)
  const file = await open(target, 'wx', isSecret ? 0o600 : 0o644)
  undoing.push(() => unlink(target))
  try {
    await file.writeFile(content)
  } finally {
    await file.close()
  }
}

/** The folders from one down to another that lies in it. */
function fromTo(first: string, last: string): readonly string[] {
  return last.length <= first.length ? [first] : [...fromTo(first, dirname(last)), last]
}

function conflict(root: string, paths: readonly string[]): LakehouseError {
  const shown = paths.slice(0, 5).join(', ')
  const more = paths.length > 5 ? ` and ${paths.length - 5} more` : ''
  const there = paths.includes('.') ? `${root} is a file.` : `${root} has these already: ${shown}${more}. Nothing was written.`
  return new LakehouseError('conflict', there, {
    hint: 'Choose an empty folder, or move the files away.',
    details: { files: paths.join('\n') },
  })
}

function isExpected(error: unknown, signal: AbortSignal): boolean {
  return signal.aborted || isProblem(error)
}

function writeFailure(root: string, cause: unknown): LakehouseError {
  return new LakehouseError('denied', `Cannot write the project into ${root}: ${asError(cause).message}`, {
    hint: 'Choose a folder that you may write to, on a disk with room.',
    cause,
  })
}
