/** A Parquet file of one column `id` of 32-bit integers, all null, in one run of levels: a few hundred bytes, whatever `rows` says. */
export function nullRunFile(rows: number): Uint8Array {
  const run = Buffer.concat([varint(rows * 2), Buffer.of(0)])
  const size = Buffer.alloc(4)
  size.writeUInt32LE(run.length)
  const body = Buffer.concat([size, run])
  const header = struct(
    [1, i32, 0],
    [2, i32, body.length],
    [3, i32, body.length],
    [5, nested, struct([1, i32, rows], [2, i32, 0], [3, i32, 3], [4, i32, 3])],
  )
  const page = Buffer.concat([header, body])
  const total = page.length
  const encodings = list(i32, [zigzag(0), zigzag(3)])
  const meta = struct(
    [1, i32, 1],
    [2, items, encodings],
    [3, items, list(text, [textOf('id')])],
    [4, i32, 0],
    [5, i64, rows],
    [6, i64, total],
    [7, i64, total],
    [9, i64, 4],
  )
  const group = struct([1, items, list(nested, [struct([2, i64, 4], [3, nested, meta])])], [2, i64, total], [3, i64, rows])
  const schema = list(nested, [struct([4, text, 'root'], [5, i32, 1]), struct([1, i32, 1], [3, i32, 1], [4, text, 'id'])])
  const footer = struct([1, i32, 1], [2, items, schema], [3, i64, rows], [4, items, list(nested, [group])])
  const length = Buffer.alloc(4)
  length.writeUInt32LE(footer.length)
  const magic = Buffer.from('PAR1')
  return new Uint8Array(Buffer.concat([magic, page, footer, length, magic]))
}

/** Types of the compact protocol. https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md */
const i32 = 5
const i64 = 6
const text = 8
const items = 9
const nested = 12

function struct(...fields: readonly (readonly [id: number, type: number, value: number | string | Buffer])[]): Buffer {
  let last = 0
  const parts = fields.flatMap(([id, type, value]) => {
    const lead = Buffer.of(((id - last) << 4) | type)
    last = id
    return [lead, typeof value === 'number' ? zigzag(value) : typeof value === 'string' ? textOf(value) : value]
  })
  return Buffer.concat([...parts, Buffer.of(0)])
}

function list(type: number, values: readonly Buffer[]): Buffer {
  return Buffer.concat([Buffer.of((values.length << 4) | type), ...values])
}

function textOf(value: string): Buffer {
  return Buffer.concat([varint(value.length), Buffer.from(value)])
}

function zigzag(value: number): Buffer {
  return varint(value * 2)
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128)
  return Buffer.from([...bytes, rest])
}
