/**
 * One leaf column of a Parquet file as columns of numbers: Dremel's definition and repetition levels, one entry for each
 * value, null or empty list, and the values that are there, densely. https://parquet.apache.org/docs/file-format/nestedencoding/
 */
export interface LeafData {
  readonly entries: number
  /** Undefined when every entry has a value. */
  readonly definition: Uint8Array | undefined
  /** Undefined when every entry begins a row. */
  readonly repetition: Uint8Array | undefined
  readonly values: LeafValues
}

/** Booleans as bytes 0 and 1; INT96 as epoch microseconds. */
export type LeafValues = Uint8Array | Int32Array | BigInt64Array | Float32Array | Float64Array | ByteColumn

/** Byte strings, one after another: string i is bytes [offsets[i], offsets[i+1]). */
export class ByteColumn {
  readonly offsets: Int32Array
  readonly bytes: Uint8Array

  constructor(offsets: Int32Array, bytes: Uint8Array) {
    this.offsets = offsets
    this.bytes = bytes
  }

  get length(): number {
    return this.offsets.length - 1
  }

  at(index: number): Uint8Array {
    return this.bytes.subarray(this.offsets[index], this.offsets[index + 1])
  }

  /** Strings [start, end), sharing the bytes. */
  subarray(start: number, end: number): ByteColumn {
    return new ByteColumn(this.offsets.subarray(start, end + 1), this.bytes)
  }
}

/** Which rows of a range to take: rows [start, end) without those that `deleted` holds, counted from the same origin. */
export interface RowChoice {
  readonly start: number
  readonly end: number
  readonly deleted?: (row: number) => boolean
}

/** The chosen rows; `maxDefinition` is the level of an entry with a value. */
export function chooseRows(leaf: LeafData, maxDefinition: number, choice: RowChoice): LeafData {
  const { deleted } = choice
  if (leaf.repetition === undefined && deleted === undefined) return flatRange(leaf, maxDefinition, choice.start, choice.end)
  const kept = keptEntries(leaf, choice)
  if (kept.length === leaf.entries) return leaf
  const present = leaf.definition && presentIndexes(leaf.definition, maxDefinition, kept)
  return {
    entries: kept.length,
    definition: leaf.definition && gather(leaf.definition, kept),
    repetition: leaf.repetition && gather(leaf.repetition, kept),
    values: gatherValues(leaf.values, present ?? kept),
  }
}

/** One leaf from the pieces that pages gave. */
export function concatLeaves(parts: readonly LeafData[], maxDefinition: number): LeafData {
  const [first] = parts
  if (parts.length === 1 && first) return first
  const entries = parts.reduce((sum, part) => sum + part.entries, 0)
  const hasNulls = parts.some(part => part.definition !== undefined)
  const repeats = parts.some(part => part.repetition !== undefined)
  return {
    entries,
    definition: hasNulls ? concatLevels(parts, entries, part => part.definition, maxDefinition) : undefined,
    repetition: repeats ? concatLevels(parts, entries, part => part.repetition, 0) : undefined,
    values: concatValues(parts.map(part => part.values)),
  }
}

/** The values at the given positions. */
export function gatherValues(values: LeafValues, at: Int32Array): LeafValues {
  if (values instanceof ByteColumn) return gatherBytes(values, at)
  if (values instanceof BigInt64Array) {
    const taken = new BigInt64Array(at.length)
    for (let i = 0; i < at.length; i += 1) taken[i] = values[at[i] ?? 0] ?? 0n
    return taken
  }
  return gather(values, at)
}

/** Every text padded with spaces to a number of letters. */
export function padTexts(texts: ByteColumn, letters: number): ByteColumn {
  const missing = Array.from({ length: texts.length }, (_, i) => Math.max(letters - lettersOf(texts.at(i)), 0))
  if (missing.every(count => count === 0)) return texts
  const offsets = new Int32Array(texts.length + 1)
  for (const [i, count] of missing.entries()) offsets[i + 1] = (offsets[i] ?? 0) + texts.at(i).byteLength + count
  const bytes = new Uint8Array(offsets.at(-1) ?? 0).fill(0x20)
  for (let i = 0; i < texts.length; i += 1) bytes.set(texts.at(i), offsets[i])
  return new ByteColumn(offsets, bytes)
}

function lettersOf(utf8: Uint8Array): number {
  let letters = 0
  for (const byte of utf8) if ((byte & 0xc0) !== 0x80) letters += 1
  return letters
}

function flatRange(leaf: LeafData, maxDefinition: number, start: number, end: number): LeafData {
  if (start === 0 && end >= leaf.entries) return leaf
  const definition = leaf.definition?.subarray(start, end)
  if (!leaf.definition || !definition) {
    return { entries: Math.max(end - start, 0), definition, repetition: undefined, values: leaf.values.subarray(start, end) }
  }
  const skipped = countAt(leaf.definition.subarray(0, start), maxDefinition)
  const values = leaf.values.subarray(skipped, skipped + countAt(definition, maxDefinition))
  return { entries: definition.length, definition, repetition: undefined, values }
}

function keptEntries(leaf: LeafData, { start, end, deleted }: RowChoice): Int32Array {
  const kept = new Int32Array(leaf.entries)
  let count = 0
  let row = -1
  let keep = false
  for (let i = 0; i < leaf.entries; i += 1) {
    if (leaf.repetition === undefined || leaf.repetition[i] === 0) {
      row += 1
      if (row >= end) break
      keep = row >= start && !deleted?.(row)
    }
    if (keep) kept[count++] = i
  }
  return kept.subarray(0, count)
}

/** Positions, among the present values, of those entries that have one. */
function presentIndexes(definition: Uint8Array, maxDefinition: number, kept: Int32Array): Int32Array {
  const present = new Int32Array(kept.length)
  let count = 0
  let value = 0
  let entry = 0
  for (const next of kept) {
    for (; entry < next; entry += 1) if (definition[entry] === maxDefinition) value += 1
    if (definition[next] === maxDefinition) present[count++] = value
  }
  return present.subarray(0, count)
}

/** How many of the levels are this one. */
export function countAt(levels: Uint8Array, level: number): number {
  let count = 0
  for (const each of levels) if (each === level) count += 1
  return count
}

/** Zeros in an array of the same kind. */
export function zerosLike<T extends { readonly length: number }>(values: T, length: number): T {
  // SAFETY: the constructor of a typed array makes arrays of its own kind.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return new (values.constructor as new (size: number) => T)(length)
}

function gather<T extends Uint8Array | Int32Array | Float32Array | Float64Array>(values: T, at: Int32Array): T {
  const taken = zerosLike(values, at.length)
  for (let i = 0; i < at.length; i += 1) taken[i] = values[at[i] ?? 0] ?? 0
  return taken
}

function gatherBytes(values: ByteColumn, at: Int32Array): ByteColumn {
  const offsets = new Int32Array(at.length + 1)
  for (let i = 0; i < at.length; i += 1) {
    const from = at[i] ?? 0
    offsets[i + 1] = (offsets[i] ?? 0) + (values.offsets[from + 1] ?? 0) - (values.offsets[from] ?? 0)
  }
  const bytes = new Uint8Array(offsets[at.length] ?? 0)
  for (let i = 0; i < at.length; i += 1) {
    const to = offsets[i] ?? 0
    const from = values.offsets[at[i] ?? 0] ?? 0
    const length = (offsets[i + 1] ?? 0) - to
    if (length > 32) bytes.set(values.bytes.subarray(from, from + length), to)
    else for (let k = 0; k < length; k += 1) bytes[to + k] = values.bytes[from + k] ?? 0
  }
  return new ByteColumn(offsets, bytes)
}

function concatLevels(
  parts: readonly LeafData[],
  entries: number,
  levels: (part: LeafData) => Uint8Array | undefined,
  absent: number,
): Uint8Array {
  const whole = new Uint8Array(entries)
  let at = 0
  for (const part of parts) {
    const own = levels(part)
    if (own) whole.set(own, at)
    else whole.fill(absent, at, at + part.entries)
    at += part.entries
  }
  return whole
}

function concatValues(parts: readonly LeafValues[]): LeafValues {
  const [first] = parts
  if (first === undefined) return new Int32Array(0)
  if (first instanceof ByteColumn) return concatBytes(parts.filter(part => part instanceof ByteColumn))
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  // SAFETY: all pages of one leaf have its physical type, and a typed array's constructor makes its own kind.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const joined = new (first.constructor as new (length: number) => { set(part: LeafValues, at: number): void } & typeof first)(length)
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}

function concatBytes(parts: readonly ByteColumn[]): ByteColumn {
  const sizes = parts.map(part => (part.offsets.at(-1) ?? 0) - (part.offsets[0] ?? 0))
  const total = sizes.reduce((sum, size) => sum + size, 0)
  if (total > 0x7fff_ffff) throw new RangeError('a column chunk holds more than 2 GiB of text')
  const bytes = new Uint8Array(total)
  const offsets = new Int32Array(parts.reduce((sum, part) => sum + part.length, 0) + 1)
  let at = 0
  let row = 0
  for (const [i, part] of parts.entries()) {
    const base = part.offsets[0] ?? 0
    bytes.set(part.bytes.subarray(base, base + (sizes[i] ?? 0)), at)
    for (let k = 0; k < part.length; k += 1) offsets[row + k + 1] = at + (part.offsets[k + 1] ?? 0) - base
    at += sizes[i] ?? 0
    row += part.length
  }
  return new ByteColumn(offsets, bytes)
}
