import assert from 'node:assert/strict'
import { fromProblem } from '#base/errors.ts'
import { liveSpark } from '../support/liveSpark.ts'
import { liveStack } from '../support/liveStack.ts'
import { shownRow, sparkTypesSettings, sparkTypesShown, sparkTypesSql } from '../support/sparkTypes.ts'

describe('grid of a live Spark result', function () {
  this.timeout(180_000)
  let spark: ReturnType<typeof liveSpark>

  before(function () {
    spark = liveSpark(liveStack(this))
  })
  after(() => spark.end())

  it('shows every type that Spark sends', async () => {
    const rows: Uint8Array[] = []
    const sql = [...sparkTypesSettings, sparkTypesSql].join(';\n')
    const options = { connection: 'Test stack', notebookId: 'test', limitRows: 1 }
    for await (const event of spark.statements.run(sql, options, new AbortController().signal)) {
      if (event.kind === 'failed') throw fromProblem(event.problem)
      if (event.kind === 'batch') rows.push(event.arrow)
    }
    const last = rows.at(-1)
    assert.ok(last)
    assert.deepEqual(shownRow(last), sparkTypesShown)
  })
})
