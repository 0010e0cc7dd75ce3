import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { parseEnvFile } from '#compose/dotenv.ts'
import { createProblems } from '#compose/tree.ts'
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

/** Writes what {@link previewEdits} shows, with a random value for each new password. @throws LakehouseError `conflict` */
export async function writeEdits(fixes: readonly EditFix[]): Promise<void> {
  // Where one cannot be made, nothing is written.
  await previewEdits(fixes)
  for (const { newSecrets } of fixes) if (newSecrets) await addSecrets(newSecrets.file, newSecrets.names)
  for (const { file, after } of await previewEdits(fixes)) await writeFile(file, after, isEnv(file) ? { mode: onlyOwner } : {})
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
  if (wanted.length > 0) await writeFile(file, changeEnv(text, variables), { mode: onlyOwner })
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
