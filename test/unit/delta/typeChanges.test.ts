import assert from 'node:assert/strict'
import { describeTable, readTableRows } from '#delta/reads.ts'
import { logInMemory, metadata, problemLike } from '../../support/deltaLog.ts'

const never = new AbortController().signal
const all = { offset: 0, limit: Infinity }

async function tableWith(changes: readonly object[], readerFeatures: readonly string[]) {
  const log = logInMemory()
  const inner = { name: 'x', type: 'long', nullable: true, metadata: { 'delta.typeChanges': changes } }
  const nested = { type: 'array', elementType: { type: 'struct', fields: [inner] }, containsNull: true }
  const schemaString = JSON.stringify({ type: 'struct', fields: [{ name: 'n', type: nested, nullable: true, metadata: {} }] })
  const protocol = { minReaderVersion: 3, minWriterVersion: 7, readerFeatures, writerFeatures: readerFeatures }
  await log.commit(0, [{ protocol }, metadata({}, { schemaString })])
  return log.table
}

describe('type changes', () => {
  const known = [
    ['byte', 'long'],
    ['integer', 'double'],
    ['float', 'double'],
    ['date', 'timestamp_ntz'],
    ['short', 'decimal(12,1)'],
    ['decimal(10,2)', 'decimal(12,4)'],
  ].map(([fromType, toType]) => ({ fromType, toType }))

  it('that widen are read', async () => {
    for (const change of known) {
      const { rows } = await readTableRows(await tableWith([change], ['typeWidening']), {}, all, never)
      assert.equal(rows, 0)
    }
  })

  it('of any other kind stop rows, at any depth, and nothing else', async () => {
    for (const [fromType, toType] of [
      ['string', 'integer'],
      ['long', 'integer'],
      ['decimal(10,2)', 'decimal(11,4)'],
      ['timestamp', 'date'],
    ]) {
      for (const feature of ['typeWidening', 'typeWidening-preview']) {
        const table = await tableWith([...known, { fromType, toType, fieldPath: 'element' }], [feature])
        await assert.rejects(
          readTableRows(table, {}, all, never),
          problemLike('unsupported', new RegExp(`n\\.x was changed from ${String(fromType).replaceAll(/[()]/g, '.')}`)),
        )
        assert.equal((await describeTable(table, {}, never)).version, 0)
      }
    }
  })

  it('mean nothing without the feature', async () => {
    const { rows } = await readTableRows(await tableWith([{ fromType: 'string', toType: 'integer' }], ['timestampNtz']), {}, all, never)
    assert.equal(rows, 0)
  })
})
