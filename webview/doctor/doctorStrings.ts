import type { ShownFinding } from '#protocol/doctor.ts'

/** What the doctor's page says; the findings come in words. */
export interface DoctorStrings {
  readonly title: string
  readonly looking: (done: number, total: number) => string
  readonly groups: Readonly<Record<ShownFinding['severity'], string>>
  readonly summary: (errors: number, warnings: number, notes: number) => string
  readonly healthy: string
  readonly unchecked: string
  readonly again: string
  readonly copy: string
  readonly copied: string
  readonly fixAll: string
  readonly fixed: string
  readonly open: (place: string) => string
  readonly failed: string
  readonly checkedAt: (time: string) => string
}

const english: DoctorStrings = {
  title: 'Stack doctor',
  looking: (done, total) => `Looking at the stack: ${done} of ${total}`,
  groups: { error: 'Errors', warning: 'Warnings', info: 'Good to know' },
  summary: (errors, warnings, notes) =>
    [count(errors, 'error', 'errors'), count(warnings, 'warning', 'warnings'), count(notes, 'note', 'notes')].join(', '),
  healthy: 'Nothing stands out',
  unchecked: 'Not looked at',
  again: 'Run again',
  copy: 'Copy report',
  copied: 'Report copied.',
  fixAll: 'Show all changes of files…',
  fixed: 'Done. Looking again.',
  open: place => `Open ${place}`,
  failed: 'The stack could not be looked at',
  checkedAt: time => `looked at ${time}`,
}

const brazilian: DoctorStrings = {
  title: 'Diagnóstico da stack',
  looking: (done, total) => `Examinando a stack: ${done} de ${total}`,
  groups: { error: 'Erros', warning: 'Avisos', info: 'Bom saber' },
  summary: (errors, warnings, notes) =>
    [count(errors, 'erro', 'erros'), count(warnings, 'aviso', 'avisos'), count(notes, 'nota', 'notas')].join(', '),
  healthy: 'Nada chama a atenção',
  unchecked: 'Não examinado',
  again: 'Examinar de novo',
  copy: 'Copiar relatório',
  copied: 'Relatório copiado.',
  fixAll: 'Mostrar todas as alterações de arquivos…',
  fixed: 'Feito. Examinando de novo.',
  open: place => `Abrir ${place}`,
  failed: 'Não foi possível examinar a stack',
  checkedAt: time => `examinada às ${time}`,
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`
}

/** The texts for a language tag such as `pt-br`. */
export function doctorStringsFor(language: string): DoctorStrings {
  return /^pt\b/i.test(language) ? brazilian : english
}
