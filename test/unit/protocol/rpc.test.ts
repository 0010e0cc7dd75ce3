import assert from 'node:assert/strict'
import { LakehouseError } from '#base/errors.ts'
import { Peer, type Port } from '#protocol/rpc.ts'
interface Host {
  readPage(range: { readonly offset: number; readonly limit: number }, signal: AbortSignal): Promise<Uint8Array>
  count(to: number, signal: AbortSignal, report?: (progress: { readonly done: number }) => void): Promise<string>
}
interface Page {
  showVersion(version: number, signal: AbortSignal): Promise<void>
}

/** Two connected ports that clone every message, as postMessage does. */
function pipe(): [Port, Port] {
  const listeners = {
    left: new Set<(message: unknown) => void>(),
    right: new Set<(message: unknown) => void>(),
  }
  const port = (self: 'left' | 'right', other: 'left' | 'right'): Port => ({
    post: message =>
      queueMicrotask(() => {
        for (const listener of listeners[other]) listener(structuredClone(message))
      }),
    listen: listener => {
      listeners[self].add(listener)
      return { dispose: () => void listeners[self].delete(listener) }
    },
  })
  return [port('left', 'right'), port('right', 'left')]
}

const nextTurn = (): Promise<void> =>
  new Promise(resolve => {
    setTimeout(resolve, 5)
  })

describe('rpc peer', () => {
  let aborted = false
  let tell: ((progress: { readonly done: number }) => void) | undefined
  let host: Peer<Host, Page>
  let page: Peer<Page, Host>

  beforeEach(() => {
    const [left, right] = pipe()
    aborted = false
    host = new Peer<Host, Page>(left, {
      readPage: async ({ offset }, signal) => {
        if (offset === -2)
          throw new LakehouseError('denied', 'Cannot read the table.', { hint: 'Check the key.', details: { status: 403 } })
        if (offset < 0) throw new RangeError('offset < 0')
        if (offset < 10) return new Uint8Array([offset])
        return await new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            aborted = true
            reject(new Error('stopped'))
          })
        })
      },
      count: async (to, signal, report) => {
        tell = report
        for (let done = 1; done <= to && !signal.aborted; done++) {
          report?.({ done })
          await nextTurn()
        }
        return report ? 'told' : 'untold'
      },
    })
    page = new Peer<Page, Host>(right, { showVersion: async () => {} })
  })

  it('answers in both directions', async () => {
    assert.deepEqual(await page.call('readPage', { offset: 3, limit: 1 }), new Uint8Array([3]))
    assert.equal(await host.call('showVersion', 7), undefined)
  })

  it('brings a thrown error to the caller', async () => {
    await assert.rejects(page.call('readPage', { offset: -1, limit: 1 }), { name: 'LakehouseError', code: 'failed', message: 'offset < 0' })
  })

  it('keeps code, hint and details of an expected failure', async () => {
    await assert.rejects(page.call('readPage', { offset: -2, limit: 1 }), {
      code: 'denied',
      message: 'Cannot read the table.',
      hint: 'Check the key.',
      details: { status: 403 },
    })
  })

  it('carries an abort to the other side', async () => {
    const controller = new AbortController()
    const slow = page.call('readPage', { offset: 10, limit: 1 }, controller.signal)
    await nextTurn()
    controller.abort(new Error('not needed'))
    await assert.rejects(slow, /not needed/)
    await nextTurn()
    assert.ok(aborted)
  })

  it('refuses an inherited name as an unknown method', async () => {
    // @ts-expect-error no such method
    await assert.rejects(page.call('toString', {}), { code: 'invalid' })
  })

  it('rejects what waits when it closes', async () => {
    const orphan = page.call('readPage', { offset: 11, limit: 1 })
    page.dispose()
    await assert.rejects(orphan, { code: 'cancelled' })
  })

  it('brings the progress of a call to a caller that listens, in order and before the answer', async () => {
    const heard: unknown[] = []
    const answer = await page.call('count', 3, undefined, ({ done }) => heard.push(done))
    heard.push(answer)
    assert.deepEqual(heard, [1, 2, 3, 'told'])
  })

  it('tells a handler that nobody listens', async () => {
    assert.equal(await page.call('count', 1), 'untold')
    assert.equal(tell, undefined)
  })

  it('drops progress that comes after the answer or after an abort', async () => {
    const heard: number[] = []
    const listen = ({ done }: { readonly done: number }): void => void heard.push(done)
    await page.call('count', 1, undefined, listen)
    tell?.({ done: 100 })
    const controller = new AbortController()
    const slow = page.call('count', 1000, controller.signal, listen)
    slow.catch(() => {})
    controller.abort(new Error('not needed'))
    await assert.rejects(slow, /not needed/)
    tell?.({ done: 200 })
    await nextTurn()
    assert.deepEqual(heard, [1])
  })

  it('refuses wrong payloads and names at compile time', () => {
    // @ts-expect-error offset is a number
    void (() => page.call('readPage', { offset: 'x', limit: 1 }))
    // @ts-expect-error no such method
    void (() => page.call('readPages', { offset: 1, limit: 1 }))
    // @ts-expect-error readPage tells no progress
    void (() => page.call('readPage', { offset: 1, limit: 1 }, undefined, () => {}))
    // @ts-expect-error count tells numbers
    void (() => page.call('count', 1, undefined, ({ done }: { readonly done: string }) => done))
  })
})
