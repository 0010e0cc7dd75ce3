import assert from 'node:assert/strict'
import { parseProject, type ComposeReading, type ComposeSources } from '#compose/parseProject.ts'
import type { ComposeProject, ComposeService, Diagnostic } from '#compose/project.ts'

type More = Partial<Omit<ComposeSources, 'files'>> & { readonly override?: string }

/** A text read as `/p/compose.yaml`, with nothing in the environment unless told. */
export function readCompose(text: string, { override, ...more }: More = {}): ComposeReading {
  const files = [{ path: '/p/compose.yaml', text }]
  if (override !== undefined) files.push({ path: '/p/compose.override.yaml', text: override })
  return parseProject({ folder: '/p', files, env: { HOME: '/home/u' }, ...more })
}

export function projectOf(text: string, more?: More): ComposeProject {
  const reading = readCompose(text, more)
  assert.equal(reading.kind, 'project', reading.kind === 'refused' ? told(reading.diagnostics).join('\n') : '')
  return reading.kind === 'project' ? reading.project : assert.fail()
}

/** The one service of a file whose lines below the service's name are given. */
export function serviceOf(lines: string, more?: More): ComposeService {
  const [service] = projectOf(`services:\n  a:\n    image: x\n${indented(lines)}`, more).services
  return service ?? assert.fail('The file has no service.')
}

/** What is wrong with a file, as `line:column message`, of another file than the first with its name. */
export function complaintsAbout(text: string, more?: More): readonly string[] {
  const reading = readCompose(text, more)
  return reading.kind === 'refused' ? told(reading.diagnostics) : []
}

/** What is wrong with a service whose lines are given; the first of them is line 4. */
export function serviceComplaints(lines: string, more?: More): readonly string[] {
  return complaintsAbout(`services:\n  a:\n    image: x\n${indented(lines)}`, more)
}

export function warningsAbout(text: string, more?: More): readonly string[] {
  return told(readCompose(text, more).warnings)
}

function told(diagnostics: readonly Diagnostic[]): readonly string[] {
  return diagnostics.map(({ file, line, column, message }) => {
    const name = file === '/p/compose.yaml' ? '' : `${file.slice('/p/'.length)} `
    return `${name}${line}:${column} ${message}`
  })
}

function indented(lines: string): string {
  return lines.replaceAll(/^(?=.)/gm, '    ')
}
