import assert from 'node:assert/strict'
import { SharedWork } from '#app/sharedWork.ts'

const never = new AbortController().signal
const ignore = (): void => {}

/** Work that goes on until it is ended from outside. */
function work() {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const seen: { signal?: AbortSignal; report?: (progress: number) => void } = {}
  const shared = new SharedWork<string, number>((report, signal) => {
    Object.assign(seen, { signal, report })
    signal.addEventListener('abort', () => reject(signal.reason))
    return promise
  })
  return { shared, resolve, seen }
}

describe('SharedWork', () => {
  it('goes on while anyone waits, and ends when the last one has left', async () => {
    const { shared, seen } = work()
    const [first, second] = [new AbortController(), new AbortController()]
    const [one, other] = [shared.join(ignore, first.signal), shared.join(ignore, second.signal)]
    first.abort(new Error('first left'))
    await assert.rejects(one, /first left/)
    assert.deepEqual([shared.isOpen, seen.signal?.aborted], [true, false])
    second.abort(new Error('second left'))
    await assert.rejects(other, /second left/)
    assert.deepEqual([shared.isOpen, seen.signal?.aborted], [false, true])
  })

  it('tells all who wait how far it is, and a late one where it stands', async () => {
    const { shared, resolve, seen } = work()
    const heard: string[] = []
    const one = shared.join(done => heard.push(`a ${done}`), never)
    seen.report?.(7)
    const other = shared.join(done => heard.push(`b ${done}`), never)
    seen.report?.(8)
    resolve('done')
    assert.deepEqual([await one, await other, heard], ['done', 'done', ['a 7', 'b 7', 'a 8', 'b 8']])
  })
})
