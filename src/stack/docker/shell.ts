import type { Duplex } from 'node:stream'
import type { Clock } from '#base/clock.ts'
import { LakehouseError } from '#base/errors.ts'
import type { ServiceShell, ShellStream, TerminalSize } from '#stack/engine.ts'
import type { EngineClient, EngineTerminal } from './client.ts'
import { findContainers } from './containers.ts'

/** The better shell of those that are there. */
const command = ['/bin/sh', '-c', 'if command -v bash >/dev/null 2>&1; then exec bash; else exec sh; fi']
const pollMs = 50
const polls = 40
/** Ctrl-C, then Ctrl-D for the prompt that comes after it. */
const goodbyes = ['\u0003', '\u0004', '\u0004']
const goodbyeMs = 100

/** A terminal in a running container of a service. @throws LakehouseError `failed` when none runs */
export async function openShell(
  client: EngineClient,
  project: string,
  name: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<ServiceShell> {
  const found = await findContainers(client, project, signal, name)
  const running = found.find(({ facts }) => facts.isRunning && !facts.isPaused)
  if (!running) throw new LakehouseError('failed', `${name} is not running.`, { hint: 'Start it, then open a terminal in it.' })
  return {
    kind: 'stream',
    open: async (size, within) => {
      const terminal = await client.exec(running.facts.id, command, within)
      await terminal.resize(size.columns, size.rows)
      return streamOf(terminal, clock)
    },
  }
}

function streamOf({ stream, resize, exitCode }: EngineTerminal, clock: Clock): ShellStream {
  const closed = new Promise<void>(resolve => {
    stream.once('close', resolve)
    stream.on('error', () => resolve()) // the engine or the container has gone
  })
  return {
    output: bytesOf(stream),
    write: bytes => void stream.write(bytes),
    resize: ({ columns, rows }: TerminalSize) => resize(columns, rows),
    exit: closed.then(() => codeOf(exitCode, clock)),
    dispose: () => void leave(stream, clock),
  }
}

/** An engine keeps what runs in a terminal that is only closed: so it is asked to end first. */
async function leave(stream: Duplex, clock: Clock): Promise<void> {
  for (const goodbye of goodbyes) {
    if (stream.destroyed || stream.writableEnded) return
    stream.write(goodbye)
    await clock.sleep(goodbyeMs)
  }
  stream.destroy()
}

async function* bytesOf(stream: AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of stream) if (chunk instanceof Uint8Array) yield new Uint8Array(chunk)
  } catch {
    // Its end is told by `exit`.
  }
}

/** The engine knows it a moment after the terminal has closed. */
async function codeOf(exitCode: () => Promise<number | null>, clock: Clock): Promise<number | null> {
  for (let poll = 0; poll < polls; poll += 1) {
    const code = await exitCode().catch(() => undefined)
    if (code !== null) return code ?? null
    await clock.sleep(pollMs)
  }
  return null
}
