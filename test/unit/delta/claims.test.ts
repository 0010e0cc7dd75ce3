import assert from 'node:assert/strict'
import { readTableRows } from '#delta/reads.ts'
import { add, logInMemory, metadata, problemLike, protocol } from '../../support/deltaLog.ts'
import { nullRunFile } from '../../support/oneRun.ts'

const never = new AbortController().signal

async function tableOf(rows: number) {
  const log = logInMemory()
  const file = nullRunFile(rows)
  await log.store.put('t/x.parquet', file)
  await log.commit(0, [protocol, metadata(), add('x.parquet', { size: file.length, stats: undefined })])
  return log.table
}

describe('a file of a few bytes that claims many rows', () => {
  it('is read where its claims are those of a writer', async () => {
    const { rows } = await readTableRows(await tableOf(100_000), {}, { offset: 99_990, limit: 100 }, never)
    assert.equal(rows, 10)
  })

  it('is refused beyond that, without the memory that it claims', async () => {
    const table = await tableOf(2_000_000_000)
    const before = process.resourceUsage().maxRSS
    for (const rows of [
      { offset: 0, limit: 5 },
      { offset: 1_999_999_990, limit: 5 },
      { offset: 0, limit: Infinity },
    ]) {
      await assert.rejects(readTableRows(table, {}, rows, never), problemLike('corrupt', /more than any writer makes/))
    }
    const filtered = readTableRows(table, {}, { offset: 0, limit: 5, filter: 'id = 3' }, never)
    await assert.rejects(filtered, problemLike('exhausted', /too many to be filtered/))
    assert.ok(process.resourceUsage().maxRSS - before < 500_000, 'in bounded memory')
  }).timeout(20_000)
})
