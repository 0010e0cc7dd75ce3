import type { Data } from 'apache-arrow/data'
import type { Field } from 'apache-arrow/schema'
import { DataType } from 'apache-arrow/type'
import { clip, utf8Text, type Clipped } from './bytesText.ts'
import { bytesAt, extent, resolveCell, type Cell } from './cell.ts'
import { scalarText } from './formatScalar.ts'
import { prettyJson } from './prettyJson.ts'
import { isVariant } from './typeName.ts'
import { variantJson } from './variant.ts'

/**
 * Lists, structs and maps as JSON-like text: `[1, null]`, `{"a": 1}`, and for a map `{key: value}` with a key of any type and
 * every entry, duplicates included. Texts, times and bytes are quoted; numbers, NaN and null are bare. A variant is its JSON.
 */

export interface NestedOptions {
  readonly limit: number
  /** One entry a line, indented by two. */
  readonly pretty: boolean
}

interface Sink {
  text: string
  readonly limit: number
  readonly pretty: boolean
}

/** True for lists, structs and maps. */
export function isNested(type: DataType): boolean {
  return isList(type) || DataType.isStruct(type) || DataType.isMap(type)
}

/** The text of a list, struct, map or variant cell that is not null. */
export function nestedText(cell: Cell, { limit, pretty }: NestedOptions): Clipped {
  const sink: Sink = { text: '', limit, pretty }
  writeValue(cell, sink, 0)
  return sink.text.length <= limit ? { text: sink.text, clipped: false } : { text: clip(sink.text, limit), clipped: true }
}

function isList(type: DataType): boolean {
  return DataType.isList(type) || DataType.isLargeList(type) || DataType.isFixedSizeList(type)
}

function writeValue(place: Cell, sink: Sink, depth: number): void {
  const cell = place.data.getValid(place.index) ? resolveCell(place) : place
  const { type } = cell.data
  if (DataType.isNull(type) || !cell.data.getValid(cell.index)) sink.text += 'null'
  else if (isVariant(cell.field)) writeVariant(cell, sink, depth)
  else if (DataType.isStruct(type)) writeStruct(cell, type.children, sink, depth)
  else if (DataType.isMap(type)) writeMap(cell, type.children[0], sink, depth)
  else if (isList(type)) writeList(cell, sink, depth)
  else writeScalar(cell, sink)
}

/** Our reader tags a text column as JSON; Spark sends a struct of the value's and the metadata's bytes. */
function writeVariant(cell: Cell, sink: Sink, depth: number): void {
  const { data, index } = cell
  if (!DataType.isStruct(data.type)) {
    writeJson(utf8Text(bytesAt(cell), room(sink)), sink, depth)
    return
  }
  const bytesOf = (name: string): Uint8Array | undefined => {
    const child: Data | undefined = data.children[data.type.children.findIndex((field: Field) => field.name === name)]
    return child && bytesAt({ data: child, index })
  }
  const value = bytesOf('value')
  const metadata = bytesOf('metadata')
  writeJson({ text: value && metadata ? variantJson(value, metadata) : 'null', clipped: false }, sink, depth)
}

function writeJson({ text, clipped }: Clipped, sink: Sink, depth: number): void {
  sink.text += sink.pretty && !clipped ? prettyJson(text).replaceAll('\n', `\n${'  '.repeat(depth)}`) : text
}

function writeStruct({ data, index }: Cell, fields: readonly Field[], sink: Sink, depth: number): void {
  writeEntries('{}', fields.length, sink, depth, i => {
    const child = data.children[i]
    const field = fields[i]
    if (!child || !field) return
    sink.text += `${JSON.stringify(field.name)}: `
    writeValue({ data: child, index, field }, sink, depth + 1)
  })
}

function writeMap(cell: Cell, entryField: Field | undefined, sink: Sink, depth: number): void {
  const [keys, values] = cell.data.children[0]?.children ?? []
  const [keyField, valueField]: readonly Field[] = entryField?.type.children ?? []
  if (!keys || !values || !keyField || !valueField) return
  const [start, end] = extent(cell)
  writeEntries('{}', end - start, sink, depth, i => {
    writeValue({ data: keys, index: start + i, field: keyField }, sink, depth + 1)
    sink.text += ': '
    writeValue({ data: values, index: start + i, field: valueField }, sink, depth + 1)
  })
}

function writeList(cell: Cell, sink: Sink, depth: number): void {
  const { type } = cell.data
  const [child] = cell.data.children
  const field: Field | undefined = type.children[0]
  if (!child || !field) return
  const [start, end] = DataType.isFixedSizeList(type) ? [cell.index * type.listSize, (cell.index + 1) * type.listSize] : extent(cell)
  writeEntries('[]', end - start, sink, depth, i => writeValue({ data: child, index: start + i, field }, sink, depth + 1))
}

function writeEntries(brackets: '[]' | '{}', count: number, sink: Sink, depth: number, write: (i: number) => void): void {
  const line = sink.pretty && count > 0 ? `\n${'  '.repeat(depth + 1)}` : ''
  sink.text += brackets.charAt(0)
  for (let i = 0; i < count; i += 1) {
    if (sink.text.length > sink.limit) return
    sink.text += (i === 0 ? '' : sink.pretty ? ',' : ', ') + line
    write(i)
  }
  sink.text += line.slice(0, -2) + brackets.charAt(1)
}

function writeScalar(cell: Cell, sink: Sink): void {
  const { kind, text } = scalarText(cell, room(sink))
  sink.text += kind === 'number' || kind === 'boolean' ? text : JSON.stringify(text)
}

/** One character more than fits, so that a text cut here shows as clipped. */
function room(sink: Sink): number {
  return Math.max(1, sink.limit - sink.text.length + 1)
}
