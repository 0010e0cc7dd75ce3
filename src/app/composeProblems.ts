import { join } from 'node:path'
import type { Diagnostic } from '#compose/project.ts'
import { parseSources, readSources } from '#compose/readProject.ts'

/** What is wrong in the compose files of a folder; nothing where it has none. */
export interface ComposeProblems {
  readonly errors: readonly Diagnostic[]
  readonly warnings: readonly Diagnostic[]
}

export interface ComposeCheck {
  readonly folder: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Texts that stand in an editor instead of those on the disk, by absolute path. */
  readonly unsaved: ReadonlyMap<string, string>
}

/** Reads the compose files as the stack would. @throws LakehouseError `denied` for a file that cannot be read */
export async function checkCompose({ folder, env, unsaved }: ComposeCheck, signal: AbortSignal): Promise<ComposeProblems> {
  const sources = await readSources(folder, signal)
  if (!sources) return { errors: [], warnings: [] }
  const files = sources.files.map(({ path, text }) => ({ path, text: unsaved.get(path) ?? text }))
  const envText = unsaved.get(join(folder, '.env')) ?? sources.envText
  const reading = await parseSources({ folder, files, envText }, env, signal)
  const errors = reading.kind === 'refused' ? reading.diagnostics : []
  return { errors, warnings: reading.warnings }
}

/** Whether a folder has a compose file. */
export async function hasCompose(folder: string, signal: AbortSignal): Promise<boolean> {
  return (await readSources(folder, signal)) !== undefined
}
