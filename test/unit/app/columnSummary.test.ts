import assert from 'node:assert/strict'
import { columnSummaries } from '#app/columnSummary.ts'
import type { DeltaField, DeltaType } from '#delta/types.ts'

const field = (name: string, type: DeltaType, metadata: DeltaField['metadata'] = {}): DeltaField => ({
  name,
  type,
  nullable: true,
  metadata,
})
const declared = (text: string) => ({ __CHAR_VARCHAR_TYPE_STRING: text })
const struct = (...fields: readonly DeltaField[]): DeltaType => ({ type: 'struct', fields })
const list = (elementType: DeltaType): DeltaType => ({ type: 'array', elementType, containsNull: true })
const map = (keyType: DeltaType, valueType: DeltaType): DeltaType => ({ type: 'map', keyType, valueType, valueContainsNull: true })
const shown = (...fields: readonly DeltaField[]) => columnSummaries({ type: 'struct', fields })
const names = (...fields: readonly DeltaField[]) =>
  shown(...fields).map(({ name, type, children }) => [name, type, children.map(child => child.name)])

describe('columns of a schema', () => {
  it('have the names of Spark SQL for their types', () => {
    assert.deepEqual(
      shown(field('a', 'byte'), field('b', list(map('short', 'long'))), { ...field('c', 'decimal(10,2)'), nullable: false }),
      [
        { name: 'a', type: 'tinyint', nullable: true, children: [] },
        { name: 'b', type: 'array<map<smallint,bigint>>', nullable: true, children: [] },
        { name: 'c', type: 'decimal(10,2)', nullable: false, children: [] },
      ],
    )
  })

  it('show the declared length of text, which the schema itself leaves out', () => {
    assert.deepEqual(names(field('a', 'string', declared('char(3)')), field('b', list('string'), declared('array<varchar(5)>'))), [
      ['a', 'char(3)', []],
      ['b', 'array<varchar(5)>', []],
    ])
  })

  it('have members through lists and maps, of keys as well as of values', () => {
    const inner = struct(field('x', 'integer'))
    assert.deepEqual(
      names(
        field('a', list(list(inner))),
        field('b', map('string', inner)),
        field('c', map(inner, 'string')),
        field('d', map(inner, list(inner))),
      ),
      [
        ['a', 'array<array<struct<x:int>>>', ['x']],
        ['b', 'map<string,struct<x:int>>', ['x']],
        ['c', 'map<struct<x:int>,string>', ['x']],
        ['d', 'map<struct<x:int>,array<struct<x:int>>>', ['key', 'value']],
      ],
    )
    const [both] = shown(field('d', map(inner, list(inner))))
    assert.deepEqual(both?.children, [
      { name: 'key', type: 'struct<x:int>', nullable: false, children: [{ name: 'x', type: 'int', nullable: true, children: [] }] },
      { name: 'value', type: 'array<struct<x:int>>', nullable: true, children: [{ name: 'x', type: 'int', nullable: true, children: [] }] },
    ])
  })
})
