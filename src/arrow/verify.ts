/**
 * Checks that an Arrow IPC stream is what its lengths say, before a decoder allocates by them: one wrong byte in the number of
 * a schema's fields costs gigabytes. Reads just the tables that hold lengths, by their field numbers.
 * https://github.com/apache/arrow/blob/main/format/Message.fbs and Schema.fbs; https://flatbuffers.dev/internals/
 */

const continuation = 0xffff_ffff
const deepestField = 64
const largestScale = 76

/** Message.fbs and Schema.fbs: the number of a field in its table. */
const message = { headerType: 1, header: 2, bodyLength: 3 } as const
const schema = { fields: 1, metadata: 2 } as const
const field = { typeType: 2, type: 3, children: 5, metadata: 6 } as const
const decimal = { scale: 1 } as const
const union = { typeIds: 1 } as const
const batch = { nodes: 1, buffers: 2, variadic: 4 } as const
const dictionaryBatch = { data: 1 } as const
const headers = { schema: 1, dictionaryBatch: 2, recordBatch: 3 } as const
const types = { decimal: 7, union: 14 } as const

/** @throws RangeError for a length that does not fit, also for bytes that end too early. */
export function verifyStream(stream: Uint8Array): void {
  const view = new DataView(stream.buffer, stream.byteOffset, stream.byteLength)
  let at = 0
  while (at + 4 <= stream.byteLength) {
    if (view.getUint32(at, true) === continuation) at += 4
    const length = view.getInt32(at, true)
    at += 4
    if (length === 0) return
    if (length < 0) throw new RangeError('A message has a negative length.')
    const bytes = new DataView(view.buffer, view.byteOffset + at, length)
    at += length + verifyMessage(new Tables(bytes), stream.byteLength - at - length)
  }
}

/** Bytes of the body that follows. */
function verifyMessage(tables: Tables, left: number): number {
  const root = tables.root
  const body = tables.long(root, message.bodyLength)
  if (body < 0 || body > left) throw new RangeError('A message is longer than the stream.')
  const header = tables.table(root, message.header)
  const kind = tables.byte(root, message.headerType)
  if (kind === headers.schema) verifySchema(tables, header)
  if (kind === headers.recordBatch) verifyBatch(tables, header, body)
  if (kind === headers.dictionaryBatch) verifyBatch(tables, tables.table(header, dictionaryBatch.data), body)
  return body
}

function verifySchema(tables: Tables, at: number): void {
  let left = tables.size / 4
  const verifyField = (one: number, depth: number): void => {
    left -= 1
    if (left < 0 || depth > deepestField) throw new RangeError('A schema has more fields than bytes.')
    tables.vector(one, field.metadata, 4)
    const type = tables.byte(one, field.typeType)
    if (type === types.union) tables.vector(tables.table(one, field.type), union.typeIds, 4)
    if (type === types.decimal && Math.abs(tables.int(tables.table(one, field.type), decimal.scale)) > largestScale) {
      throw new RangeError('A decimal has a scale beyond its digits.')
    }
    for (const child of tables.tablesIn(one, field.children)) verifyField(child, depth + 1)
  }
  tables.vector(at, schema.metadata, 4)
  for (const one of tables.tablesIn(at, schema.fields)) verifyField(one, 0)
}

function verifyBatch(tables: Tables, at: number, body: number): void {
  tables.vector(at, batch.nodes, 16)
  tables.vector(at, batch.variadic, 8)
  const { start, count } = tables.vector(at, batch.buffers, 16)
  for (let i = 0; i < count; i += 1) {
    const [offset, length] = [tables.longAt(start + i * 16), tables.longAt(start + i * 16 + 8)]
    if (offset < 0 || length < 0 || offset + length > body) throw new RangeError('A buffer lies outside of its message.')
  }
}

/** The tables of one flatbuffer by byte position; a DataView throws a RangeError outside of its bytes. */
class Tables {
  readonly #view: DataView

  constructor(view: DataView) {
    this.#view = view
  }

  get root(): number {
    return this.#view.getUint32(0, true)
  }

  get size(): number {
    return this.#view.byteLength
  }

  byte(table: number, slot: number): number {
    const at = this.#place(table, slot)
    return at === 0 ? 0 : this.#view.getUint8(at)
  }

  int(table: number, slot: number): number {
    const at = this.#place(table, slot)
    return at === 0 ? 0 : this.#view.getInt32(at, true)
  }

  long(table: number, slot: number): number {
    const at = this.#place(table, slot)
    return at === 0 ? 0 : this.longAt(at)
  }

  longAt(at: number): number {
    return Number(this.#view.getBigInt64(at, true))
  }

  table(table: number, slot: number): number {
    const at = this.#place(table, slot)
    if (at === 0) throw new RangeError('A message lacks a part.')
    return at + this.#view.getUint32(at, true)
  }

  /** Position of the first element, and how many there are; `size` is the bytes of each. */
  vector(table: number, slot: number, size: number): { readonly start: number; readonly count: number } {
    const at = this.#place(table, slot)
    if (at === 0) return { start: 0, count: 0 }
    const start = at + this.#view.getUint32(at, true)
    const count = this.#view.getUint32(start, true)
    if (start + 4 + count * size > this.size) throw new RangeError('A list is longer than its message.')
    return { start: start + 4, count }
  }

  tablesIn(table: number, slot: number): readonly number[] {
    const { start, count } = this.vector(table, slot, 4)
    return Array.from({ length: count }, (_, i) => start + i * 4 + this.#view.getUint32(start + i * 4, true))
  }

  #place(table: number, slot: number): number {
    const known = table - this.#view.getInt32(table, true)
    const entry = 4 + slot * 2
    const offset = entry < this.#view.getUint16(known, true) ? this.#view.getUint16(known + entry, true) : 0
    return offset === 0 ? 0 : table + offset
  }
}
