import type { Diagnosis } from '#doctor/examine.ts'
import type { FileEdit } from '#doctor/fileEdits.ts'
import type { Finding } from '#doctor/finding.ts'
import { diffText } from '#doctor/diffText.ts'
import { english } from '#doctor/words/english.ts'
import { fixTitle, wordsFor } from '#doctor/words/wording.ts'

const marks = { error: 'x', warning: '!', info: '-' } as const

/** What was found, for a person: the worst first, each with what to do. */
export function diagnosisText({ engine, file, findings, unchecked }: Diagnosis): string {
  return [
    file === null ? `The stack of this folder, run by the ${engine} engine\n` : `${file}, run by the ${engine} engine\n`,
    findings.length === 0 ? '\nNothing stands out.\n' : '',
    ...findings.map(findingText),
    unchecked.length === 0 ? '' : '\nNot looked at\n',
    ...unchecked.map(({ part, why }) => `  ${english.parts[part]}: ${why}\n`),
  ].join('')
}

function findingText(finding: Finding): string {
  const { title, evidence, explanation, steps } = wordsFor(finding, english)
  return [
    `\n${marks[finding.severity]} ${title}  [${finding.code}]\n`,
    ...[evidence, explanation, ...steps.map(step => `> ${step}`), ...wayOut(finding)].map(line => `    ${line}\n`),
  ].join('')
}

function wayOut({ code, fix }: Finding): readonly string[] {
  if (fix?.kind === 'setting') return [`> Set ${fix.key} to ${fix.value} in the editor, or give --engine ${fix.value}.`]
  return fix?.kind === 'edit' || fix?.kind === 'command' ? [`> dataflow stack doctor --fix ${code}`] : []
}

/** Texts as they would change, and which passwords are made. */
export function editsText(edits: readonly FileEdit[], findings: readonly Finding[]): string {
  const secrets = newSecretsOf(findings)
  return [
    ...edits.map(({ file, before, after }) => `${file}${before === null ? ' (new)' : ''}\n${diffText(before ?? '', after)}`),
    ...(secrets.length === 0 ? [] : [`.env gets a random value for ${secrets.join(', ')}.`]),
  ].join('\n')
}

/** The contract of `stack doctor --json`. */
export async function diagnosisJson(
  { engine, file, checkedAt, findings, unchecked }: Diagnosis,
  edits: (finding: Finding) => Promise<readonly FileEdit[]>,
): Promise<object> {
  return {
    engine,
    file,
    checkedAt: new Date(checkedAt).toISOString(),
    findings: await Promise.all(findings.map(async finding => findingJson(finding, await edits(finding)))),
    unchecked,
  }
}

function findingJson(finding: Finding, edits: readonly FileEdit[]): object {
  const { code, severity, facts } = finding
  const { title, evidence, explanation, steps } = wordsFor(finding, english)
  return { code, severity, title, evidence, explanation, steps, facts, fix: fixJson(finding, edits) }
}

function fixJson(finding: Finding, edits: readonly FileEdit[]): object | null {
  const { fix } = finding
  if (fix === null) return null
  const title = fixTitle(finding, english)
  if (fix.kind !== 'edit') return { ...fix, title }
  const files = edits.map(({ file, before, after }) => ({ file, isNew: before === null, diff: diffText(before ?? '', after) }))
  return { kind: 'edit', title, files, newSecrets: newSecretsOf([finding]) }
}

function newSecretsOf(findings: readonly Finding[]): readonly string[] {
  return [...new Set(findings.flatMap(({ fix }) => (fix?.kind === 'edit' ? (fix.newSecrets?.names ?? []) : [])))]
}
