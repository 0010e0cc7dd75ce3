import { homedir } from 'node:os'
import { basename, join } from 'node:path'
import { parseEnvFile } from '#compose/dotenv.ts'
import { readProject, readSources } from '#compose/readProject.ts'
import { createProblems } from '#compose/tree.ts'
import type { FileFacts } from '#doctor/facts.ts'
import { fileFactsOf } from '#doctor/fileFacts.ts'
import type { Environment } from '#runtime/places.ts'

interface Folders {
  readonly projectFolder: string
  readonly productFolder: string
  readonly env: Environment
}

/** What says which services there are: the folder's own file, else the one of the product. */
export interface Definition {
  readonly own?: FileFacts
  readonly embedded?: FileFacts
  readonly projectName: string | null
}

export async function readDefinition({ projectFolder, productFolder, env }: Folders, signal: AbortSignal): Promise<Definition> {
  const own = await readFacts(projectFolder, env, signal)
  if (own) return { own: own.facts, projectName: own.projectName }
  const embedded = await readFacts(join(productFolder, 'templates', 'embedded'), env, signal)
  return { ...(embedded ? { embedded: embedded.facts } : {}), projectName: null }
}

async function readFacts(
  folder: string,
  env: Environment,
  signal: AbortSignal,
): Promise<{ facts: FileFacts; projectName: string | null } | undefined> {
  const [reading, sources] = await Promise.all([readProject(folder, env, signal), readSources(folder, signal)])
  const [first, over] = sources?.files ?? []
  if (!reading || !first || !sources) return undefined
  const envFile = join(folder, '.env')
  const outside = (name: string): string | undefined => env[name]
  const inside = parseEnvFile(sources.envText ?? '', envFile, outside, createProblems())
  const facts = fileFactsOf({
    files: sources.files.map(({ path, text }) => ({ file: path, text })),
    overrideFile:
      over?.path ?? join(folder, basename(first.path).startsWith('docker-') ? 'docker-compose.override.yml' : 'compose.override.yml'),
    envFile,
    folder,
    home: homedir(),
    variables: name => outside(name) ?? inside.get(name),
    diagnostics: reading.kind === 'refused' ? reading.diagnostics : [],
  })
  return facts && { facts, projectName: reading.kind === 'project' ? reading.project.name : null }
}
