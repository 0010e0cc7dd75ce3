import { constants } from 'node:os'
import { text } from 'node:stream/consumers'
import { parseCommand, type Parsed } from './args.ts'
import { ClosedError, type Io } from './io.ts'
import { supportNode20 } from './node20.ts'
import { productVersion } from './product.ts'
import { usage } from './usage.ts'
import { UsageError } from './usageError.ts'

supportNode20()

void main(process.argv.slice(2)).then(status => {
  process.exitCode = status
  // What a library still holds open must not keep the shell waiting.
  setTimeout(() => process.exit(), 500).unref()
})

async function main(args: readonly string[]): Promise<number> {
  const io = terminal()
  try {
    const parsed = parseCommand(args)
    if (parsed.command.kind === 'help') await io.out(usage)
    else if (parsed.command.kind === 'productVersion') await io.out(`${productVersion()}\n`)
    else return await run(parsed, io)
    return 0
  } catch (error) {
    if (error instanceof ClosedError) return 0
    if (!(error instanceof UsageError)) throw error
    const { message } = error
    if (args.includes('--json')) await io.out(`${JSON.stringify({ error: { code: 'invalid', message, hint: 'See dataflow --help.' } })}\n`)
    io.tell(`dataflow: ${message}\nSee dataflow --help.`)
    return 2
  }
}

async function run(parsed: Parsed, io: Io): Promise<number> {
  const controller = new AbortController()
  let stopped: number | undefined
  const stop = (signal: NodeJS.Signals): void => {
    // As a shell counts a process that a signal ended.
    stopped ??= 128 + constants.signals[signal]
    if (controller.signal.aborted) process.exit(stopped)
    controller.abort(new Error('Stopped.'))
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  const { runCommand } = await import('./run.ts')
  const status = await runCommand(parsed, io, controller.signal)
  return status === 0 ? status : (stopped ?? status)
}

function terminal(): Io {
  let flashed = false
  const clear = (): string => {
    const code = flashed ? '\r\u001b[K' : ''
    flashed = false
    return code
  }
  // Each write reports its own failure; without a listener the stream would end the process.
  process.stdout.on('error', () => {})
  return {
    env: process.env,
    workingFolder: process.cwd(),
    out: chunk => {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      process.stdout.write(chunk, error => (error ? reject(closed(error)) : resolve()))
      return promise
    },
    tell: line => void process.stderr.write(`${clear()}${line}\n`),
    flash: line => {
      if (!process.stderr.isTTY) return
      process.stderr.write(`${clear()}${line}`)
      flashed = true
    },
    readInput: () => text(process.stdin),
    ask,
  }
}

async function ask(question: string, signal: AbortSignal): Promise<boolean | undefined> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined
  const { createInterface } = await import('node:readline/promises')
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^y(?:es)?$/i.test((await lines.question(`${question} [y/N] `, { signal })).trim())
  } finally {
    lines.close()
  }
}

function closed(error: Error): Error {
  return 'code' in error && error.code === 'EPIPE' ? new ClosedError('The reader has gone.', { cause: error }) : error
}
