import assert from 'node:assert/strict'
import { mostLinesASecond, pourLog, type LogSink } from '#host/stack/logPour.ts'
import { openTerminal, terminalOf } from '#host/stack/serviceTerminal.ts'
import type { LogLine } from '#stack/types.ts'
import type { ShellStream } from '#stack/engine.ts'
import { reset, seen as shown } from '../../fakes/vscode.ts'

const line = (text: string): LogLine => ({ service: 's3', text, stream: 'stdout', time: null })

/** A sink, and a clock and ticks that the test moves. */
function pretendSink() {
  const appended: string[] = []
  const ticks: (() => void)[] = []
  const clock = { time: 0, now: () => clock.time, sleep: () => assert.fail() }
  const sink: LogSink = { append: text => void appended.push(text), format: ({ text }) => text, left: count => `${count} left out` }
  const repeat = (_ms: number, task: () => void) => {
    ticks.push(task)
    return { dispose: () => void (ticks.length = 0) }
  }
  return { appended, ticks, clock, sink, ports: { clock, repeat } }
}

describe('log in a channel', () => {
  it('is appended in parcels of whole lines, the last one at the end', async () => {
    const { appended, ticks, sink, ports } = pretendSink()
    async function* lines() {
      yield line('a')
      yield line('b')
      ticks.forEach(tick => tick())
      yield line('c')
    }
    await pourLog(lines(), sink, new AbortController().signal, ports)
    assert.deepEqual([appended, ticks], [['a\nb\n', 'c\n'], []])
  })

  it('shows so many lines a second, and says how many it left out', async () => {
    const { appended, ticks, clock, sink, ports } = pretendSink()
    async function* lines() {
      for (let i = 0; i < mostLinesASecond + 7; i++) yield line('x')
      clock.time = 1000
      ticks.forEach(tick => tick())
      yield line('y')
    }
    await pourLog(lines(), sink, new AbortController().signal, ports)
    assert.equal(appended[0], `${'x\n'.repeat(mostLinesASecond)}7 left out\n`)
    assert.deepEqual(appended.slice(1), ['y\n'])
  })

  it('ends with its signal and appends nothing after it', async () => {
    const { appended, sink, ports } = pretendSink()
    const controller = new AbortController()
    async function* lines() {
      yield line('a')
      controller.abort()
      yield line('b')
    }
    await pourLog(lines(), sink, controller.signal, ports)
    assert.deepEqual(appended, [])
  })
})

function pretendShell(output: AsyncIterable<Uint8Array>) {
  const seen: string[] = []
  const stream: ShellStream = {
    output,
    write: bytes => void seen.push(new TextDecoder().decode(bytes)),
    resize: async ({ columns, rows }) => void seen.push(`${columns}x${rows}`),
    exit: Promise.resolve(3),
    dispose: () => void seen.push('disposed'),
  }
  const terminal = terminalOf({
    kind: 'stream',
    open: async ({ columns, rows }) => {
      seen.push(`open ${columns}x${rows}`)
      return stream
    },
  })
  return { seen, terminal }
}

describe('terminal of a service', () => {
  it('is not kept on disk with the keys in its environment', () => {
    reset()
    openTerminal('Object store', { kind: 'process', folder: '/s3', env: { AWS_SECRET_ACCESS_KEY: 'hidden' } })
    assert.deepEqual(shown.messages, ['terminal Object store (not kept)'])
  })

  it('passes bytes both ways, also a letter in two parcels, and the exit code', async () => {
    const ended = Promise.withResolvers<void>()
    async function* output() {
      yield new Uint8Array([0xc3])
      yield new Uint8Array([0xa9])
      await ended.promise
    }
    const { seen, terminal } = pretendShell(output())
    const written: string[] = []
    terminal.onDidWrite(text => void written.push(text))
    const closed = new Promise<number | void>(resolve => terminal.onDidClose?.(resolve))
    terminal.open({ columns: 100, rows: 30 })
    await new Promise(resolve => setImmediate(resolve))
    terminal.handleInput?.('ls\r')
    terminal.setDimensions?.({ columns: 90, rows: 20 })
    ended.resolve()
    assert.equal(await closed, 3)
    assert.deepEqual([written.join(''), seen], ['é', ['open 100x30', 'ls\r', '90x20']])
    terminal.close()
    assert.equal(seen.at(-1), 'disposed')
  })

  it('says why it cannot be opened', async () => {
    const terminal = terminalOf({ kind: 'stream', open: async () => assert.fail('no shell in it') })
    const written: string[] = []
    terminal.onDidWrite(text => void written.push(text))
    const closed = new Promise<number | void>(resolve => terminal.onDidClose?.(resolve))
    terminal.open(undefined)
    assert.deepEqual([await closed, written], [1, ['\r\nno shell in it\r\n']])
  })
})
