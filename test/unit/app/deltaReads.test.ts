import assert from 'node:assert/strict'
import { createTableReads } from '#app/deltaReads.ts'
import { add, commitName, logInMemory, metadata, protocol } from '../../support/deltaLog.ts'

const never = new AbortController().signal

const place = { store: { kind: 'local', folder: '/' }, key: 't' } as const
const readsOfCommit = (reads: readonly string[]): number => reads.filter(name => name === commitName(0)).length

async function arrange() {
  const log = logInMemory()
  await log.commit(0, [protocol, metadata(), add('a')])
  return { log, reads: createTableReads(() => log.store) }
}

describe('reads of tables in this thread', () => {
  it('read the state of a version once for all who ask at the same time', async () => {
    const { log, reads } = await arrange()
    const asked = [1, 2, 3].map(async () => await reads.files({ place, at: {}, offset: 0, limit: 10 }, never))
    assert.deepEqual(
      (await Promise.all(asked)).map(({ total }) => total),
      [1, 1, 1],
    )
    assert.equal(readsOfCommit(log.reads), 1)
  })

  it('read it anew for who stays when the first one who asked has left', async () => {
    const { reads } = await arrange()
    const leaving = new AbortController()
    const first = reads.files({ place, at: {}, offset: 0, limit: 10 }, leaving.signal)
    const second = reads.files({ place, at: {}, offset: 0, limit: 10 }, never)
    leaving.abort(new Error('left'))
    await assert.rejects(first, /left/)
    assert.equal((await second).total, 1)
  })
})
