import { LakehouseError } from '#base/errors.ts'
import type { Diagnosis } from '#doctor/examine.ts'
import type { Finding } from '#doctor/finding.ts'
import { diagnosisJson, diagnosisText, editsText } from './doctorText.ts'
import type { StackCommand } from './stackArgs.ts'
import { stepReporter } from './stackReport.ts'
import type { Run } from './tableCommands.ts'

/** Looks at the stack, mends what it was told to, and answers 1 while something keeps it from working. */
export async function doctor({ fixes, isConfirmed }: StackCommand & { readonly kind: 'doctor' }, run: Run): Promise<0 | 1> {
  const { lab, io, format } = run
  let found = await examine(run)
  if (fixes.length > 0) {
    await mend(chosen(found.findings, fixes), isConfirmed, run)
    found = await examine(run)
  }
  const edits = async (finding: Finding) => await lab.lakehouse.doctor.edits([finding])
  await io.out(format.kind === 'json' ? `${JSON.stringify(await diagnosisJson(found, edits))}\n` : diagnosisText(found))
  return found.findings.some(({ severity }) => severity === 'error') ? 1 : 0
}

async function examine({ lab, io, signal }: Run): Promise<Diagnosis> {
  return await lab.lakehouse.doctor.examine(({ done, total }) => io.flash(`Looking: ${done} of ${total}`), signal)
}

function chosen(findings: readonly Finding[], codes: readonly string[]): readonly Finding[] {
  const all = findings.filter(({ code }) => codes.includes(code))
  const missing = codes.find(code => !all.some(finding => finding.code === code))
  if (missing === undefined) return all
  const known = [...new Set(findings.map(({ code }) => code))]
  throw new LakehouseError('notFound', `There is no finding “${missing}”.`, {
    hint: known.length === 0 ? 'Nothing was found.' : `Found were ${known.join(', ')}.`,
  })
}

/** Texts are shown as they would change before anything is written. */
async function mend(findings: readonly Finding[], isConfirmed: boolean, { lab, io, signal }: Run): Promise<void> {
  const { doctor: own } = lab.lakehouse
  const edits = await own.edits(findings)
  if (edits.length > 0) io.tell(editsText(edits, findings))
  if (!isConfirmed && (await io.ask('Do this?', signal)) !== true) {
    throw new LakehouseError('cancelled', 'Nothing was changed.', { hint: 'Where nobody can be asked, give --yes.' })
  }
  await own.fix(findings, stepReporter(io), signal)
}
