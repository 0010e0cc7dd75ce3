import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { LakehouseError } from '#base/errors.ts'
import type { ComposeReading } from '#compose/parseProject.ts'
import type { ComposeProject, Diagnostic } from '#compose/project.ts'
import { readProject, readSources } from '#compose/readProject.ts'

/** What a stack is made of, as its files say now. */
export interface StackDefinition {
  readonly project: ComposeProject
  /** What the compose file says that is taken otherwise than it may be meant. */
  readonly warnings: readonly Diagnostic[]
}

export interface DefinitionSource {
  /** Whether the folder has a compose file of its own. Reads no more than that file. */
  readonly isOwn: (signal: AbortSignal) => Promise<boolean>
  /**
   * The compose file of the folder, else the one that is embedded in the product. Files are read at each call, and parsed where
   * they have changed.
   *
   * @throws LakehouseError `invalid` with file, line and reason of the first diagnostic, all of them in `details.diagnostics`
   */
  readonly read: (signal: AbortSignal) => Promise<StackDefinition>
}

export interface DefinitionPlace {
  readonly projectFolder: string
  /** Where templates/ lies. */
  readonly productFolder: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Those of the embedded definition that start with the whole stack where nobody says otherwise. */
const embeddedProfiles = 'core'

export function openDefinition({ projectFolder, productFolder, env }: DefinitionPlace): DefinitionSource {
  let last: { readonly texts: string; readonly definition: StackDefinition } | undefined
  let embedded: Promise<StackDefinition> | undefined
  return {
    isOwn: async signal => (await readSources(projectFolder, signal)) !== undefined,
    read: async signal => {
      const sources = await readSources(projectFolder, signal)
      if (sources === undefined) return await (embedded ??= readEmbedded(projectFolder, productFolder, env))
      const texts = JSON.stringify(sources)
      // What an env_file holds is not among the texts.
      if (last?.texts === texts && !texts.includes('env_file')) return last.definition
      const reading = await readProject(projectFolder, env, signal)
      if (reading === undefined) throw new LakehouseError('notFound', `The compose file of ${projectFolder} has just gone. Try again.`)
      const definition = accepted(reading)
      last = { texts, definition }
      return definition
    },
  }
}

async function readEmbedded(folder: string, productFolder: string, env: DefinitionPlace['env']): Promise<StackDefinition> {
  const path = join(productFolder, 'templates', 'embedded', 'docker-compose.yml')
  const text = await readFile(path, 'utf8')
  const { parseProject } = await import('#compose/parseProject.ts')
  const profiles = { COMPOSE_PROFILES: env['COMPOSE_PROFILES'] ?? embeddedProfiles }
  return accepted(parseProject({ folder, files: [{ path, text }], env: { ...env, ...profiles } }))
}

/** @throws LakehouseError `invalid` */
function accepted(reading: ComposeReading): StackDefinition {
  if (reading.kind === 'project') return { project: reading.project, warnings: reading.warnings }
  const [first, ...others] = reading.diagnostics
  if (!first) throw new Error('A refused compose file has a diagnostic.')
  const message = diagnosticText(first)
  throw new LakehouseError('invalid', message, {
    hint: others.length === 0 ? 'Mend the line and try again.' : ['Mend it and what else is wrong:', ...others.map(placeText)].join('\n'),
    details: { diagnostics: reading.diagnostics.map(diagnostic => `${diagnostic.file}:${placeText(diagnostic)}`).join('\n') },
  })
}

/** `compose.yaml, line 4: …` */
export function diagnosticText({ file, line, message }: Diagnostic): string {
  return `${basename(file)}, line ${line}: ${message}`
}

function placeText({ line, column, message }: Diagnostic): string {
  return `${line}:${column} ${message}`
}
