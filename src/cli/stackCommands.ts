import { open } from 'node:fs/promises'
import type { StackControl } from '#app/stackControl.ts'
import { unreachable } from '#base/unreachable.ts'
import type { ServiceName, StackProgress, StackState } from '#stack/types.ts'
import type { Command } from './args.ts'
import type { Io } from './io.ts'
import type { Run } from './tableCommands.ts'
import { alignedLines } from './textOutput.ts'

type StackCommand = Command & { readonly kind: 'stack' }
type Action = StackCommand['action']
type Report = (progress: StackProgress) => void

const tailBytes = 1024 * 1024

export async function stack(command: StackCommand, { format, lab, io, signal }: Run): Promise<void> {
  const state = await change(command.action, lab.lakehouse.stack, reporter(io), signal)
  if (format.kind === 'json') await io.out(`${JSON.stringify(statusJson(state))}\n`)
  else await io.out(statusText(state))
}

async function change(action: Action, control: StackControl, report: Report, signal: AbortSignal): Promise<StackState> {
  switch (action) {
    case 'status':
      return await control.refresh(signal)
    case 'restart':
      await control.down(report, signal)
      return await control.up(report, signal)
    case 'up':
      return await control.up(report, signal)
    case 'down':
      return await control.down(report, signal)
    default:
      return unreachable(action)
  }
}

export async function logs(command: Command & { readonly kind: 'logs' }, { format, lab, io }: Run): Promise<void> {
  const found: { readonly name: ServiceName; readonly file: string; readonly lines: readonly string[] }[] = []
  for (const name of command.services) {
    const file = lab.lakehouse.stack.logFile(name)
    found.push({ name, file, lines: await lastLines(file, command.lines) })
  }
  if (format.kind === 'json') return await io.out(`${JSON.stringify(found)}\n`)
  for (const { name, file, lines } of found) {
    if (lines.length === 0) io.tell(`${name} has no log yet (${file}).`)
    else if (found.length > 1) await io.out(`==> ${name} (${file}) <==\n`)
    await io.out(lines.map(line => `${line}\n`).join(''))
  }
}

/** The contract of `stack status --json`; a failed stack also says why. */
function statusJson(state: StackState): Readonly<Record<string, unknown>> {
  const services = 'services' in state ? state.services : []
  return {
    engine: 'local',
    state: state.kind,
    services: services.map(({ name, state: own, health, pid, url, port }) => ({ name, state: own, health, pid, url, port })),
    ...(state.kind === 'failed' ? { problem: state.problem } : {}),
  }
}

function statusText(state: StackState): string {
  const services = 'services' in state ? state.services : []
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

async function lastLines(file: string, most: number): Promise<readonly string[]> {
  const text = await tail(file)
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  return most === 0 ? [] : lines.slice(-most)
}

/** The end of a file; empty when there is none. */
async function tail(file: string): Promise<string> {
  try {
    const handle = await open(file, 'r')
    try {
      const { size } = await handle.stat()
      const start = Math.max(0, size - tailBytes)
      const { buffer, bytesRead } = await handle.read({ buffer: new Uint8Array(size - start), position: start })
      return new TextDecoder().decode(buffer.subarray(0, bytesRead))
    } finally {
      await handle.close()
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  }
}
