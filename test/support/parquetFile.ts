import { unreachable } from '#base/unreachable.ts'

/** A column of a small Parquet file; null where there is no value. */
export type TestColumn =
  | { readonly name: string; readonly type: 'long'; readonly values: readonly (number | null)[] }
  | { readonly name: string; readonly type: 'string'; readonly values: readonly (string | null)[] }

/** A Parquet file of one row group with plain pages, not compressed. https://parquet.apache.org/docs/file-format/ */
export function parquetFile(columns: readonly TestColumn[]): Uint8Array {
  const parts: Uint8Array[] = [text('PAR1')]
  const rows = columns[0]?.values.length ?? 0
  const chunks = columns.map(column => {
    const offset = sizeOf(parts)
    const page = pageOf(column)
    parts.push(page)
    return { column, offset, size: page.byteLength }
  })
  const leaf = ({ name, type }: TestColumn): Member[] => [
    [1, 'int', type === 'long' ? 2 : 6],
    [3, 'int', 1],
    [4, 'bytes', text(name)],
    ...(type === 'string' ? [[6, 'int', 0] as const] : []),
  ]
  const meta = ({ column, offset, size }: (typeof chunks)[number]): Member[] => [
    [1, 'int', column.type === 'long' ? 2 : 6],
    [2, 'ints', [0, 3]],
    [3, 'texts', [column.name]],
    [4, 'int', 0],
    [5, 'long', rows],
    [6, 'long', size],
    [7, 'long', size],
    [9, 'long', offset],
  ]
  const root: Member[] = [
    [4, 'bytes', text('schema')],
    [5, 'int', columns.length],
  ]
  const chunkMembers = chunks.map((chunk): Member[] => [
    [2, 'long', chunk.offset],
    [3, 'struct', meta(chunk)],
  ])
  const footer = struct([
    [1, 'int', 1],
    [2, 'structs', [root, ...columns.map(leaf)]],
    [3, 'long', rows],
    [
      4,
      'structs',
      [
        [
          [1, 'structs', chunkMembers],
          [2, 'long', sizeOf(parts)],
          [3, 'long', rows],
        ],
      ],
    ],
  ])
  return joined([...parts, footer, uint32(footer.byteLength), text('PAR1')])
}

type Member =
  | readonly [id: number, kind: 'int' | 'long', value: number]
  | readonly [id: number, kind: 'bytes', value: Uint8Array]
  | readonly [id: number, kind: 'ints', value: readonly number[]]
  | readonly [id: number, kind: 'texts', value: readonly string[]]
  | readonly [id: number, kind: 'struct', value: readonly Member[]]
  | readonly [id: number, kind: 'structs', value: readonly (readonly Member[])[]]

const codes = { int: 5, long: 6, bytes: 8, ints: 9, texts: 9, struct: 12, structs: 9 } as const

/** Thrift's compact protocol; the members' numbers ascend. */
function struct(members: readonly Member[]): Uint8Array {
  let last = 0
  const parts = members.flatMap(member => {
    const head = Uint8Array.of(((member[0] - last) << 4) | codes[member[1]])
    last = member[0]
    return [head, body(member)]
  })
  return joined([...parts, Uint8Array.of(0)])
}

function body(member: Member): Uint8Array {
  switch (member[1]) {
    case 'int':
    case 'long':
      return varint(member[2] * 2)
    case 'bytes':
      return sized(member[2])
    case 'ints':
      return list(
        5,
        member[2].map(value => varint(value * 2)),
      )
    case 'texts':
      return list(
        8,
        member[2].map(value => sized(text(value))),
      )
    case 'struct':
      return struct(member[2])
    case 'structs':
      return list(12, member[2].map(struct))
    default:
      return unreachable(member)
  }
}

function list(code: number, items: readonly Uint8Array[]): Uint8Array {
  return joined([
    Uint8Array.of((items.length < 15 ? items.length << 4 : 0xf0) | code),
    ...(items.length < 15 ? [] : [varint(items.length)]),
    ...items,
  ])
}

function pageOf(column: TestColumn): Uint8Array {
  const levels = joined(column.values.map(value => Uint8Array.of(2, value === null ? 0 : 1)))
  const values =
    column.type === 'long'
      ? column.values.flatMap(value => (value === null ? [] : [new Uint8Array(BigInt64Array.of(BigInt(value)).buffer)]))
      : column.values.flatMap(value => (value === null ? [] : [uint32(text(value).byteLength), text(value)]))
  const page = joined([uint32(levels.byteLength), levels, ...values])
  const head: Member[] = [
    [1, 'int', column.values.length],
    [2, 'int', 0],
    [3, 'int', 3],
    [4, 'int', 3],
  ]
  const header = struct([
    [1, 'int', 0],
    [2, 'int', page.byteLength],
    [3, 'int', page.byteLength],
    [5, 'struct', head],
  ])
  return joined([header, page])
}

function varint(value: number): Uint8Array {
  const bytes: number[] = []
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Uint8Array.from([...bytes, rest])
    bytes.push((rest % 128) | 128)
  }
}

function sized(bytes: Uint8Array): Uint8Array {
  return joined([varint(bytes.byteLength), bytes])
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value)
}

function uint32(value: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(value).buffer)
}

function sizeOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, { byteLength }) => sum + byteLength, 0)
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts))
}
