import type { ServiceName, StackProgress, StackState } from '#stack/types.ts'
import type { Command } from './args.ts'
import type { Io } from './io.ts'
import type { Run } from './tableCommands.ts'
import { alignedLines } from './textOutput.ts'

type StackCommand = Command & { readonly kind: 'stack' }
type Report = (progress: StackProgress) => void

export async function stack(command: StackCommand, { format, lab, io, signal }: Run): Promise<void> {
  const control = lab.lakehouse.stack
  const { action } = command
  const state = action === 'status' ? await control.refresh(signal) : await control.change({ kind: action }, reporter(io), signal)
  if (format.kind === 'json') await io.out(`${JSON.stringify(statusJson(state))}\n`)
  else await io.out(statusText(state))
}

export async function logs(command: Command & { readonly kind: 'logs' }, { format, lab, io, signal }: Run): Promise<void> {
  const { stack: control } = lab.lakehouse
  const known = (await control.refresh(signal)).services.map(({ name }) => name)
  const asked = command.services.length > 0 ? command.services : known
  const lines = new Map<ServiceName, string[]>(asked.map(name => [name, []]))
  for await (const { service, text } of control.logs(asked, { tail: command.lines, follow: false }, signal)) lines.get(service)?.push(text)
  if (format.kind === 'json') return await io.out(`${JSON.stringify([...lines].map(([name, all]) => ({ name, lines: all })))}\n`)
  for (const [name, all] of lines) {
    if (all.length === 0) io.tell(`${name} has no log yet.`)
    else if (lines.size > 1) await io.out(`==> ${name} <==\n`)
    await io.out(all.map(line => `${line}\n`).join(''))
  }
}

/** The contract of `stack status --json`; a failed stack also says why. */
function statusJson(state: StackState): Readonly<Record<string, unknown>> {
  const { services } = state
  return {
    engine: state.engine,
    state: state.kind,
    services: services.map(({ name, state: own, health, pid, url, port }) => ({ name, state: own, health, pid, url, port })),
    ...(state.kind === 'failed' ? { problem: state.problem } : {}),
  }
}

function statusText(state: StackState): string {
  const { services } = state
  return [
    `The local stack is ${state.kind}.\n`,
    ...(state.kind === 'failed' ? [`${state.problem.message}\n`] : []),
    alignedLines(
      services.map(({ name, state: own, health, pid, url }) => [
        name,
        own,
        health === 'unknown' ? '' : health,
        url ?? '',
        pid === null ? '' : `process ${pid}`,
      ]),
    ),
  ].join('')
}

/** A line for each step; on a terminal the amount moves within the line. */
function reporter(io: Io): Report {
  let last = ''
  return ({ step, done, total }) => {
    if (step !== last) io.tell(step)
    last = step
    if (done !== undefined && total !== undefined && total > 0) io.flash(`${step}: ${Math.floor((done / total) * 100)} %`)
  }
}
