import assert from 'node:assert/strict'
import { listFiles } from '#delta/reads.ts'
import { add, logInMemory, metadata, problemLike, protocol, remove } from '../../support/deltaLog.ts'

const never = new AbortController().signal
const names = ({ files }: Awaited<ReturnType<typeof listFiles>>): readonly string[] => files.map(({ path }) => path)

describe('listFiles', () => {
  it('gives pages of one version, also after another commit', async () => {
    const log = logInMemory()
    await log.commit(0, [protocol, metadata(), add('a'), add('b'), add('c')])
    const first = await listFiles(log.table, { at: {}, offset: 0, limit: 2 }, never)
    await log.commit(1, [remove('a'), add('d')])
    const second = await listFiles(log.table, { at: { version: first.version }, offset: 2, limit: 2 }, never)
    assert.deepEqual([first, second].map(names), [['a', 'b'], ['c']])
    assert.deepEqual(
      [first, second].map(({ version, total }) => [version, total]),
      [
        [0, 3],
        [0, 3],
      ],
    )
    assert.deepEqual(names(await listFiles(log.table, { at: {}, offset: 1, limit: Infinity }, never)), ['c', 'd'])
  })

  it('refuses what is no page', async () => {
    const log = logInMemory()
    await log.commit(0, [protocol, metadata()])
    await assert.rejects(listFiles(log.table, { at: {}, offset: -1, limit: 1 }, never), problemLike('invalid', /Files -1 to 0/))
  })
})
