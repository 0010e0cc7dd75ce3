import assert from 'node:assert/strict'
import { Bool, DataType, Field, Int64, List, Struct, Table, Utf8, vectorFromArray } from 'apache-arrow'
import { createCollector } from '#arrow/collect.ts'
import { countRows, decodeArrow, encodeArrow } from '#arrow/ipc.ts'
import { isProblem } from '#base/errors.ts'

const mebibyte = 1024 * 1024
const person = new Struct<{ name: DataType; tags: DataType }>([
  new Field('name', new Utf8(), true),
  new Field('tags', new List(new Field('element', new Utf8(), true)), true),
])

/** Rows [from, from + count) with a number, a flag, a text and a nested value, each with nulls, as one IPC stream. */
function stream(from: number, count: number): Uint8Array {
  const at = Array.from({ length: count }, (_, index) => from + index)
  const table = new Table({
    id: vectorFromArray(at.map(BigInt), new Int64()),
    even: vectorFromArray(
      at.map(id => (id % 3 === 0 ? null : id % 2 === 0)),
      new Bool(),
    ),
    name: vectorFromArray(at.map(nameOf), new Utf8()),
    person: vectorFromArray(
      at.map(id => (id % 5 === 0 ? null : { name: nameOf(id), tags: [`${id}`, nameOf(id + 1)] })),
      person,
    ),
  })
  return encodeArrow(table)
}

function nameOf(id: number): string | null {
  return id % 7 === 0 ? null : `näme ${'x'.repeat(id % 11)}${id}`
}

function plain(arrow: Uint8Array): unknown[] {
  return decodeArrow(arrow)
    .toArray()
    .map(row => JSON.parse(JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? `${value}` : value))))
}

describe('collect', () => {
  it('joins the batches of a result into one stream', () => {
    const collector = createCollector({ rows: 100, bytes: mebibyte })
    for (const [from, count] of [
      [0, 0],
      [0, 40],
      [40, 0],
      [40, 9],
    ] as const)
      collector.add(stream(from, count))
    const collected = collector.collected()
    assert.deepEqual(collected && { ...collected, arrow: plain(collected.arrow) }, { rows: 49, cut: null, arrow: plain(stream(0, 49)) })
  })

  it('keeps the columns of a result without rows', () => {
    const collector = createCollector({ rows: 100, bytes: mebibyte })
    collector.add(stream(0, 0))
    const collected = collector.collected()
    assert.deepEqual(collected && countRows(collected.arrow), { rows: 0, columns: 4 })
    assert.equal(collected?.cut, null)
  })

  it('has no result when no batch came', () => {
    assert.equal(createCollector({ rows: 100, bytes: mebibyte }).collected(), undefined)
  })

  it('cuts at the row after the last allowed one', () => {
    const collector = createCollector({ rows: 45, bytes: mebibyte })
    for (const from of [0, 20, 40, 60]) collector.add(stream(from, 20))
    const collected = collector.collected()
    assert.deepEqual(collected && { ...collected, arrow: plain(collected.arrow) }, { rows: 45, cut: 'rows', arrow: plain(stream(0, 45)) })
  })

  it('does not call a result cut that has exactly the allowed rows', () => {
    const collector = createCollector({ rows: 40, bytes: mebibyte })
    for (const [from, count] of [
      [0, 20],
      [20, 20],
      [40, 0],
    ] as const)
      collector.add(stream(from, count))
    assert.deepEqual({ ...collector.collected(), arrow: null }, { rows: 40, cut: null, arrow: null })
  })

  it('stays below the bytes with rows that are the first ones', () => {
    for (const bytes of [2000, 5000, 12_345, 60_000]) {
      const collector = createCollector({ rows: 10_000, bytes })
      for (const from of [0, 500, 1000]) collector.add(stream(from, 500))
      const collected = collector.collected()
      assert.ok(collected && collected.rows > 0, `${bytes} bytes keep a row`)
      assert.equal(collected.cut, 'bytes')
      assert.ok(collected.arrow.byteLength <= bytes, `${collected.arrow.byteLength} of ${bytes}`)
      assert.deepEqual(plain(collected.arrow), plain(stream(0, collected.rows)))
    }
  })

  it('uses most of the room that the bytes leave', () => {
    const collector = createCollector({ rows: 10_000, bytes: 50_000 })
    collector.add(stream(0, 5000))
    const size = collector.collected()?.arrow.byteLength ?? 0
    assert.ok(size > 40_000 && size <= 50_000, `${size} bytes`)
  })

  it('keeps no row when the first one alone is too large', () => {
    const collector = createCollector({ rows: 10, bytes: 2000 })
    collector.add(encodeArrow(new Table({ text: vectorFromArray(['x'.repeat(5000)], new Utf8()) })))
    assert.deepEqual({ ...collector.collected(), arrow: null }, { rows: 0, cut: 'bytes', arrow: null })
  })

  it('takes nothing more after a cut', () => {
    const collector = createCollector({ rows: 5, bytes: mebibyte })
    collector.add(stream(0, 10))
    collector.add(stream(10, 10))
    assert.equal(collector.collected()?.rows, 5)
  })

  it('gives bytes that fill their buffer, whatever came in', () => {
    const collector = createCollector({ rows: 10, bytes: mebibyte })
    const bytes = stream(0, 3)
    const pooled = Buffer.alloc(bytes.byteLength + 100)
    pooled.set(bytes, 37)
    collector.add(pooled.subarray(37, 37 + bytes.byteLength))
    const arrow = collector.collected()?.arrow
    assert.equal(arrow?.constructor, Uint8Array)
    assert.equal(arrow.byteLength, arrow.buffer.byteLength)
    assert.deepEqual(plain(arrow), plain(bytes))
  })

  it('refuses bytes that are no Arrow stream', () => {
    const collector = createCollector({ rows: 10, bytes: mebibyte })
    assert.throws(
      () => collector.add(new TextEncoder().encode('{"rows": []} and more of the same')),
      error => isProblem(error, 'corrupt'),
    )
  })
})
