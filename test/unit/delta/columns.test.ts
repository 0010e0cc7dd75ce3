import assert from 'node:assert/strict'
import { bindField } from '#delta/rows/columns.ts'
import { parquetTree } from '#parquet/parquetTree.ts'
import type { DeltaField } from '#delta/types.ts'
import { problemLike } from '../../support/deltaLog.ts'

const leaf = (name: string, more: object = {}) => ({ name, type: 'INT64', repetition_type: 'OPTIONAL', ...more }) as const
const tree = (...leaves: readonly ReturnType<typeof leaf>[]) =>
  parquetTree({
    version: 2,
    num_rows: 0n,
    row_groups: [],
    metadata_length: 0,
    schema: [{ name: 'root', num_children: leaves.length }, ...leaves],
  })
const field = (metadata: DeltaField['metadata']): DeltaField => ({ name: 'a', type: 'long', nullable: true, metadata })
const id = (value: unknown) => field({ 'delta.columnMapping.id': value, 'delta.columnMapping.physicalName': 'p' })

/** Name of the file's column, or `absent`. */
const bound = (...[parent, wanted, mapping]: Parameters<typeof bindField>): string => {
  const binding = bindField(parent, wanted, mapping)
  return binding.kind === 'leaf' ? binding.leaf.name : binding.kind
}

describe('columns', () => {
  it('are found by id, whatever they are called in the file', () => {
    const file = tree(leaf('p', { field_id: 1 }), leaf('x', { field_id: 2 }), leaf('without'))
    assert.deepEqual([bound(file, id(2), 'id'), bound(file, id(1), 'id'), bound(file, id(3), 'id')], ['x', 'p', 'absent'])
  })

  it('are refused where the table wants ids and gives none', () => {
    const file = tree(leaf('p', { field_id: 1 }), leaf('without'))
    assert.throws(() => bindField(file, field({}), 'id'), problemLike('corrupt', /Column a has no id in the table/))
  })

  it('are found by physical name in a file without ids', () => {
    assert.equal(bound(tree(leaf('q'), leaf('p')), id(7), 'id'), 'p')
    assert.equal(bound(tree(leaf('a'), leaf('P')), id(7), 'name'), 'absent')
  })

  it('are found by name in any case where only one is meant', () => {
    assert.equal(bound(tree(leaf('A')), field({}), 'none'), 'A')
    assert.equal(bound(tree(leaf('A'), leaf('a')), field({}), 'none'), 'a')
  })
})
