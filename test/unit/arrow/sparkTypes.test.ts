import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { readPage } from '#arrow/page.ts'
import { shownRow, sparkTypesShown } from '../../support/sparkTypes.ts'

const arrow = readFileSync('test/fixtures/arrow/spark-types.arrows')

describe('types that Spark sends', () => {
  it('are named and shown exactly, columns of one name apart', () => {
    assert.deepEqual(shownRow(arrow), sparkTypesShown)
  })

  it('spread over lines where a whole value is shown', () => {
    const page = readPage(arrow)
    const pretty = (name: string): string =>
      page.cell(
        0,
        page.columns.findIndex(column => column.name === name),
        { pretty: true },
      ).text
    assert.equal(pretty('deep'), '{\n  {\n    "k": 1\n  }: [\n    "2020-01-02"\n  ]\n}')
    assert.equal(pretty('var'), '{\n  "a": [\n    1,\n    2.5,\n    "x",\n    null,\n    true\n  ]\n}')
  })
})
