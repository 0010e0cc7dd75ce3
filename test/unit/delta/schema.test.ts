import assert from 'node:assert/strict'
import { declaredType, decimalOf, parseSchema } from '#delta/schema.ts'
import type { DeltaType } from '#delta/types.ts'

const field = (name: string, type: DeltaType) => ({ name, type, nullable: true, metadata: {} })
const declared = (type: DeltaType, text: string) => declaredType({ type, metadata: { __CHAR_VARCHAR_TYPE_STRING: text } })

describe('schema', () => {
  it('is the struct of the log, nested in any way', () => {
    const text =
      '{"type":"struct","fields":[{"name":"a","type":{"type":"map","keyType":"string","valueType":{"type":"array","elementType":"long"}}}]}'
    assert.deepEqual(parseSchema(text).fields, [
      {
        name: 'a',
        type: {
          type: 'map',
          keyType: 'string',
          valueType: { type: 'array', elementType: 'long', containsNull: true },
          valueContainsNull: true,
        },
        nullable: true,
        metadata: {},
      },
    ])
    for (const wrong of ['[]', '"long"', '{"type":"struct"}', '{"type":"struct","fields":[{"name":"a"}]}', '{"type":"odd"}']) {
      assert.throws(() => parseSchema(wrong), Error, wrong)
    }
  })

  it('knows decimals by precision and scale', () => {
    assert.deepEqual(
      [decimalOf('decimal(10,2)'), decimalOf('decimal( 5 , 0 )'), decimalOf('decimal'), decimalOf('double')],
      [{ precision: 10, scale: 2 }, { precision: 5, scale: 0 }, { precision: 10, scale: 0 }, undefined],
    )
  })

  it('finds where a column was declared as char, in any depth', () => {
    assert.equal(declared('string', 'char(3)'), 'char(3)')
    assert.equal(declared('string', 'varchar(3)'), 'string')
    const list = { type: 'array', elementType: 'string', containsNull: true } as const
    assert.deepEqual(declared(list, 'array<char(2)>'), { ...list, elementType: 'char(2)' })
    const map = { type: 'map', keyType: 'string', valueType: 'decimal(10,2)', valueContainsNull: true } as const
    assert.deepEqual(declared(map, 'map<char(2),decimal(10,2)>'), { ...map, keyType: 'char(2)' })
    const struct = { type: 'struct', fields: [field('a:b', 'string'), field('l', list)] } as const
    assert.deepEqual(declared(struct, 'struct<a:b:char(3),l:array<string>>'), {
      ...struct,
      fields: [field('a:b', 'char(3)'), field('l', list)],
    })
    assert.deepEqual(declared(struct, 'struct<other:char(3)>'), struct)
    assert.equal(declaredType(field('x', 'string')), 'string')
  })
})
