import { parseProject } from '#compose/parseProject.ts'
import type { Facts, FileFacts } from '#doctor/facts.ts'
import { fileFactsOf } from '#doctor/fileFacts.ts'
import type { Finding, FindingCode } from '#doctor/finding.ts'
import { findingsOf } from '#doctor/rules.ts'

const folder = '/project'
const file = `${folder}/docker-compose.yml`
const overrideFile = `${folder}/docker-compose.override.yml`

export interface Texts {
  readonly override?: string
  readonly env?: Readonly<Record<string, string>>
}

/** A compose file in the folder `/project` as the rules see it. */
export function fileFacts(text: string, { override, env = {} }: Texts = {}): FileFacts {
  const files = [{ path: file, text }, ...(override === undefined ? [] : [{ path: overrideFile, text: override }])]
  const reading = parseProject({ folder, files, env })
  const facts = fileFactsOf({
    files: files.map(each => ({ file: each.path, text: each.text })),
    overrideFile,
    envFile: `${folder}/.env`,
    folder,
    home: '/home/user',
    variables: name => env[name],
    diagnostics: reading.kind === 'refused' ? reading.diagnostics : [],
  })
  if (!facts) throw new Error('The text is no YAML.')
  return facts
}

/** The facts of a stack that Docker runs from this file; nothing else is known unless told. */
export function factsOf(text: string, more: Partial<Facts> & Texts = {}): Facts {
  const { override, env, ...known } = more
  const texts = { ...(override === undefined ? {} : { override }), ...(env ? { env } : {}) }
  return { engine: 'docker', file: fileFacts(text, texts), ...known }
}

/** What the rules say under one code. */
export function found<Code extends FindingCode>(facts: Facts, code: Code): readonly (Finding & { readonly code: Code })[] {
  return findingsOf(facts).filter((finding): finding is Finding & { readonly code: Code } => finding.code === code)
}
