import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { asError, LakehouseError, toProblem } from '#base/errors.ts'
import { shellWord } from '#base/shellWord.ts'
import { unreachable } from '#base/unreachable.ts'
import type { StackRequest } from '#stack/plan.ts'
import type { Command, Common, Parsed } from './args.ts'
import { diff } from './diffCommand.ts'
import { doctor } from './doctorCommand.ts'
import { ClosedError, type Io } from './io.ts'
import { health } from './healthCommand.ts'
import { newProject } from './newCommand.ts'
import { openLab } from './lab.ts'
import { sql } from './sqlCommand.ts'
import { changeStack, logs, planStack, status } from './stackCommands.ts'
import { describe, files, history, rows, tables, type Run } from './tableCommands.ts'
import { UsageError } from './usageError.ts'

/** Runs a command and answers the exit status; every failure is told. */
export async function runCommand({ command, common }: Parsed, io: Io, signal: AbortSignal): Promise<0 | 1 | 2> {
  let written = false
  const counted: Io = {
    ...io,
    out: async chunk => {
      written ||= chunk.length > 0
      await io.out(chunk)
    },
  }
  try {
    await checkFolder(command, common, io)
    const lab = await openLab(common, command.kind === 'sql' ? command.connect : undefined, counted)
    try {
      return (await carryOut(command, { format: common.format, lab, io: counted, signal })) ?? 0
    } finally {
      lab.lakehouse.dispose()
    }
  } catch (thrown) {
    if (thrown instanceof ClosedError) return 0
    if (thrown instanceof UsageError) throw thrown
    await tellFailure(signal.aborted ? stopped() : thrown, common.format.kind === 'json' && !written, io)
    return 1
  }
}

/** The exit status where it is another than 0. */
async function carryOut(command: Command, run: Run): Promise<void | 0 | 1> {
  switch (command.kind) {
    case 'tables':
      return await tables(command, run)
    case 'describe':
      return await describe(command, run)
    case 'history':
      return await history(command, run)
    case 'rows':
      return await rows(command, run)
    case 'files':
      return await files(command, run)
    case 'diff':
      return await diff(command, run)
    case 'health':
      return await health(command, run)
    case 'sql':
      return await sql(command, run)
    case 'new':
      return await newProject(command, run)
    case 'status':
      return await status(command, run)
    case 'change':
      return await changeStack(command, run)
    case 'plan':
      return await planStack(command, run)
    case 'logs':
      return await logs(command, run)
    case 'doctor':
      return await doctor(command, run)
    case 'help':
    case 'productVersion':
      throw new Error(`${command.kind} needs no lakehouse.`)
    default:
      return unreachable(command)
  }
}

/** A folder that is named wrongly would get a stack of its own; what still runs of one that is gone can be stopped. */
async function checkFolder(command: Command, { project }: Common, { workingFolder }: Io): Promise<void> {
  if (project === undefined || (command.kind !== 'change' && command.kind !== 'plan') || isEnd(command.request)) return
  const folder = resolve(workingFolder, project)
  const stats = await stat(folder).catch(() => undefined)
  if (stats?.isDirectory()) return
  throw new LakehouseError('notFound', `There is no folder ${folder}.`, {
    hint: `Check --project, or write a project there: dataflow new ${shellWord(folder)}`,
  })
}

function isEnd({ kind }: StackRequest): boolean {
  return kind === 'down' || kind === 'remove' || kind === 'reset'
}

/** As the JSON document where nothing else was printed, else for a person; a bug comes with its stack. */
async function tellFailure(thrown: unknown, asJson: boolean, io: Io): Promise<void> {
  const known = toProblem(thrown)
  const problem = known ?? { code: 'failed' as const, message: asError(thrown).message }
  const { code, message, hint } = problem
  if (asJson) await io.out(`${JSON.stringify({ error: { code, message, ...(hint === undefined ? {} : { hint }) } })}\n`)
  else for (const line of [`dataflow: ${message}`, ...(hint === undefined ? [] : [hint])]) io.tell(line)
  if (!known) io.tell(asError(thrown).stack ?? '')
}

function stopped(): LakehouseError {
  return new LakehouseError('cancelled', 'Stopped.')
}
