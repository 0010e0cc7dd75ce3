import { randomBytes } from 'node:crypto'
import { readFile, realpath, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { asError, LakehouseError } from '#base/errors.ts'
import { parseEnvFile } from '#compose/dotenv.ts'
import { createProblems } from '#compose/tree.ts'
import { replaceFile } from '#process/privateFile.ts'
import type { Change } from './change.ts'
import { changeEnv, changeYaml } from './edit.ts'
import type { Fix } from './finding.ts'
import { isWeak } from './rules/passwords.ts'

/** A file as a fix would leave it. */
export interface FileEdit {
  /** Absolute path. */
  readonly file: string
  /** Null where there is no file yet. */
  readonly before: string | null
  readonly after: string
}

type EditFix = Fix & { readonly kind: 'edit' }

const secretBytes = 24
const onlyOwner = 0o600
const usualMode = 0o644

/** What fixes would write, all of them together; nothing is written, and new passwords are not made yet. */
export async function previewEdits(fixes: readonly EditFix[]): Promise<readonly FileEdit[]> {
  const all = fixes.flatMap(({ changes }) => changes)
  const files = [...new Set(all.map(({ file }) => file))]
  return await Promise.all(
    files.map(async file => {
      const before = await textOf(file)
      const changes = all.flatMap(each => (each.file === file ? each.changes : []))
      return { file, before: before ?? null, after: isEnv(file) ? changeEnv(before, variablesOf(changes)) : changeYaml(before, changes) }
    }),
  )
}

/** Writes what {@link previewEdits} shows, with a random value for each new password. @throws LakehouseError `conflict`, `denied` */
export async function writeEdits(fixes: readonly EditFix[]): Promise<void> {
  // Where one cannot be made, nothing is written.
  await previewEdits(fixes)
  for (const { newSecrets } of fixes) if (newSecrets) await addSecrets(newSecrets.file, newSecrets.names)
  for (const { file, after } of await previewEdits(fixes)) await write(file, after)
}

/** A variable that has a value keeps it, unless everybody knows it. */
async function addSecrets(file: string, names: readonly string[]): Promise<void> {
  const text = await textOf(file)
  const known = parseEnvFile(text ?? '', file, () => undefined, createProblems())
  const wanted = names.filter(name => {
    const value = known.get(name) ?? ''
    return value === '' || isWeak(value)
  })
  const variables = Object.fromEntries(wanted.map(name => [name, randomBytes(secretBytes).toString('base64url')]))
  if (wanted.length > 0) await write(file, changeEnv(text, variables))
}

/** A link stays one; what holds passwords is for its owner alone from then on. */
async function write(file: string, text: string): Promise<void> {
  try {
    const target = await realpath(file).catch(() => file)
    const known = await stat(target).catch(() => undefined)
    await replaceFile(target, text, isEnv(file) ? onlyOwner : (known?.mode ?? usualMode) & 0o777)
  } catch (cause) {
    throw new LakehouseError('denied', `Cannot write ${file}: ${asError(cause).message}.`, {
      hint: 'Check who may write it, and whether the disk has room. What it held is still there.',
      cause,
    })
  }
}

function isEnv(file: string): boolean {
  return basename(file).startsWith('.env')
}

function variablesOf(changes: readonly Change[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    changes.flatMap(change => (change.kind === 'set' && typeof change.value === 'string' ? [[change.path.join('.'), change.value]] : [])),
  )
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
