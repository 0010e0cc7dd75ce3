import { basename } from 'node:path'
import type { Diagnosis } from '#doctor/examine.ts'
import type { Finding } from '#doctor/finding.ts'
import { brazilian } from '#doctor/words/brazilian.ts'
import { english } from '#doctor/words/english.ts'
import { fixTitle, wordsFor, type Language } from '#doctor/words/wording.ts'
import type { Examination, ShownFinding } from '#protocol/doctor.ts'

/** The doctor's words for a language tag such as `pt-br`. */
export function doctorLanguage(tag: string): Language {
  return /^pt\b/i.test(tag) ? brazilian : english
}

/** A diagnosis in words, as the page shows it. */
export function examinationOf({ file, findings, unchecked, checkedAt }: Diagnosis, folder: string, language: Language): Examination {
  return {
    subject: file ?? folder,
    checkedAt,
    findings: findings.map((finding, id) => shown(finding, id, language)),
    unchecked: unchecked.map(({ part, why }) => ({ part: language.parts[part], why })),
  }
}

function shown(finding: Finding, id: number, language: Language): ShownFinding {
  const place = placeOf(finding)
  return {
    id,
    severity: finding.severity,
    ...wordsFor(finding, language),
    fix: fixTitle(finding, language),
    changesFiles: finding.fix?.kind === 'edit',
    place: place === undefined ? null : language.place(basename(place.file), place.line),
  }
}

/** The line that a finding is about; the first where there are several. */
export function placeOf({ facts }: Finding): { readonly file: string; readonly line: number } | undefined {
  if ('line' in facts) return facts
  if ('variables' in facts) return facts.variables[0]
  return 'ports' in facts ? facts.ports[0] : undefined
}

/** The findings as text, for an issue or a chat. */
export function reportOf({ subject, checkedAt, findings, unchecked }: Examination): string {
  return [
    `${subject}, ${new Date(checkedAt).toISOString()}\n`,
    ...findings.map(({ severity, title, evidence, explanation, steps }) =>
      [`[${severity}] ${title}`, evidence, explanation, ...steps.map(step => `- ${step}`), ''].join('\n'),
    ),
    ...unchecked.map(({ part, why }) => `${part}: ${why}`),
  ].join('\n')
}
