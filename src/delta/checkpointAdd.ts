import { asError, LakehouseError } from '#base/errors.ts'
import { decodePath, parseDeletionVector, parsePartitionValues, type AddFile, type DeletionVectorDescriptor } from './actions.ts'
import type { ScalarColumn } from './checkpointRows.ts'

/** The columns of `add` in one row group of a checkpoint. */
export interface AddColumns {
  /** For messages. */
  readonly location: string
  readonly path: ScalarColumn
  readonly size: ScalarColumn
  readonly partitionValues: (row: number) => Readonly<Record<string, unknown>>
  readonly stats: ScalarColumn
  /** `stats_parsed.numRecords`. */
  readonly records: ScalarColumn
  readonly storageType: ScalarColumn
  readonly pathOrInlineDv: ScalarColumn
  readonly offset: ScalarColumn
  readonly sizeInBytes: ScalarColumn
  readonly cardinality: ScalarColumn
}

/** An active file as a row of a checkpoint: a million of them are a million row numbers, not objects full of text. */
export class StoredAdd implements AddFile {
  readonly #columns: AddColumns
  readonly #row: number

  constructor(columns: AddColumns, row: number) {
    this.#columns = columns
    this.#row = row
  }

  get path(): string {
    const path = this.#columns.path.at(this.#row)
    return this.#parsed('path', () => decodePath(String(path)))
  }

  get rawPath(): Uint8Array | undefined {
    return this.#columns.path.bytesAt(this.#row)
  }

  get size(): number {
    const size = this.#columns.size.at(this.#row)
    if (typeof size === 'number') return size
    throw this.#broken('size is missing')
  }

  get partitionValues(): AddFile['partitionValues'] {
    return this.#parsed('partitionValues', () => parsePartitionValues(this.#columns.partitionValues(this.#row)))
  }

  get stats(): string | undefined {
    const stats = this.#columns.stats.at(this.#row)
    return typeof stats === 'string' ? stats : undefined
  }

  get records(): number | undefined {
    const text = this.#columns.stats.bytesAt(this.#row)
    if (text) return leadingRecords(text)
    const parsed = this.#columns.records.at(this.#row)
    return typeof parsed === 'number' ? parsed : undefined
  }

  get deletionVector(): DeletionVectorDescriptor | undefined {
    const { storageType, pathOrInlineDv, offset, sizeInBytes, cardinality } = this.#columns
    const kind = storageType.at(this.#row)
    if (kind === undefined) return undefined
    const wire = {
      storageType: kind,
      pathOrInlineDv: pathOrInlineDv.at(this.#row),
      offset: offset.at(this.#row),
      sizeInBytes: sizeInBytes.at(this.#row),
      cardinality: cardinality.at(this.#row),
    }
    return this.#parsed('deletionVector', () => parseDeletionVector(wire))
  }

  #parsed<T>(member: string, parse: () => T): T {
    try {
      return parse()
    } catch (error) {
      throw this.#broken(`${member}: ${asError(error).message}`)
    }
  }

  #broken(why: string): LakehouseError {
    return new LakehouseError('corrupt', `Cannot read ${this.#columns.location}, row ${this.#row}: add: ${why}.`)
  }
}

const lead = new TextEncoder().encode('{"numRecords":')

/** The count where it comes first in the JSON, as every writer has it; undefined leaves it to a parser. */
function leadingRecords(json: Uint8Array): number | undefined {
  for (let i = 0; i < lead.length; i += 1) if (json[i] !== lead[i]) return undefined
  let count = 0
  let at = lead.length
  for (; at < lead.length + 15; at += 1) {
    const digit = (json[at] ?? 0) - 48
    if (digit < 0 || digit > 9) break
    count = count * 10 + digit
  }
  const next = json[at]
  return at > lead.length && (next === 0x2c || next === 0x7d) ? count : undefined
}
