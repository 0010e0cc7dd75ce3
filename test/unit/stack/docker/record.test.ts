import assert from 'node:assert/strict'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { RecordFile } from '#stack/docker/record.ts'
import { temporaryFolder } from '../../../support/temporaryFolder.ts'

describe('what is kept beside the engine', () => {
  const folder = temporaryFolder()

  it('is nothing before the first change, and changes one after the other', async () => {
    const record = new RecordFile(folder())
    assert.deepEqual(await record.read(), { stopped: {}, scales: {} })
    await Promise.all(['a', 'b', 'c'].map(id => record.change(before => ({ ...before, stopped: { ...before.stopped, [id]: 'then' } }))))
    assert.deepEqual((await new RecordFile(folder()).read()).stopped, { a: 'then', b: 'then', c: 'then' })
    if (process.platform !== 'win32') assert.equal(statSync(join(folder(), 'docker.json')).mode & 0o777, 0o600)
  })

  it('goes on after a change that failed, and is not written when nothing changes', async () => {
    const record = new RecordFile(folder())
    await assert.rejects(
      record.change(() => {
        throw new Error('no')
      }),
    )
    await record.change(before => ({ ...before, scales: { worker: { count: 3, of: 1 } } }))
    const text = readFileSync(join(folder(), 'docker.json'), 'utf8')
    writeFileSync(join(folder(), 'docker.json'), ` ${text}`)
    await record.change(before => before)
    assert.equal(readFileSync(join(folder(), 'docker.json'), 'utf8'), ` ${text}`)
  })

  it('is empty where the file was damaged', async () => {
    for (const text of ['', '[]', '{"scales": {"worker": 3}, "stopped": 4}']) {
      writeFileSync(join(folder(), 'docker.json'), text)
      assert.deepEqual(await new RecordFile(folder()).read(), { stopped: {}, scales: {} })
    }
  })
})
