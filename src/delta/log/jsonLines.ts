import { concatBytes } from '#base/bytes.ts'
import { asError, isProblem, LakehouseError } from '#base/errors.ts'

/** One object of a file of newline-delimited JSON. */
export interface JsonObject {
  readonly value: unknown
  /** Where it begins, from 1. */
  readonly line: number
}

/**
 * Newline-delimited JSON of any length, as its bytes come. Lines are split by bytes, since one file may hold more than a string
 * can; an object may span lines.
 */
export class JsonLines {
  readonly #location: string
  readonly #skips: (line: Buffer) => boolean
  #rest: Uint8Array = new Uint8Array(0)
  #pending = ''
  #begun = 1
  #line = 0
  #failure: unknown

  /** `skips` names lines that are not wanted; they are not parsed. */
  constructor(location: string, skips: (line: Buffer) => boolean = () => false) {
    this.#location = location
    this.#skips = skips
  }

  /** The objects that end within these bytes or before. @throws LakehouseError `corrupt` */
  *push(bytes: Uint8Array): Generator<JsonObject, void> {
    const all = this.#rest.byteLength === 0 ? bytes : concatBytes([this.#rest, bytes])
    const buffer = Buffer.from(all.buffer, all.byteOffset, all.byteLength)
    let start = 0
    for (let end = buffer.indexOf(newline); end >= 0; end = buffer.indexOf(newline, start)) {
      const found = this.#addLine(buffer.subarray(start, end))
      start = end + 1
      if (found) yield found
    }
    this.#rest = all.subarray(start)
    if (this.#rest.byteLength > mostLineBytes) this.#fail(this.#line + 1, new Error(`it is longer than ${mostLineBytes} bytes`))
  }

  /** The object of the last line, which need not end. @throws LakehouseError `corrupt` when it is not whole */
  *end(): Generator<JsonObject, void> {
    const last = this.#rest
    this.#rest = new Uint8Array(0)
    const found = last.byteLength > 0 ? this.#addLine(Buffer.from(last.buffer, last.byteOffset, last.byteLength)) : undefined
    if (found) yield found
    if (this.#pending !== '') this.#fail(this.#begun, this.#failure)
  }

  #addLine(bytes: Buffer): JsonObject | undefined {
    this.#line += 1
    if (this.#pending === '') {
      if (this.#skips(bytes)) return undefined
      this.#begun = this.#line
      this.#failure = undefined
    }
    const text = bytes.toString('utf8', this.#line === 1 && startsWithMark(bytes) ? 3 : 0)
    if (this.#pending === '' && text.trim() === '') return undefined
    if (this.#line - this.#begun > mostLines) this.#fail(this.#begun, this.#failure)
    this.#pending += this.#pending === '' ? text : `\n${text}`
    try {
      const value: unknown = JSON.parse(this.#pending)
      this.#pending = ''
      return { value, line: this.#begun }
    } catch (error) {
      this.#failure ??= error
      return undefined
    }
  }

  #fail(line: number, error: unknown): never {
    throw brokenLine(this.#location, line, error)
  }
}

/** `corrupt`, naming file and line; a problem stays what it is. */
export function brokenLine(location: string, line: number, error: unknown): unknown {
  if (isProblem(error)) return error
  return new LakehouseError('corrupt', `Cannot read ${location}, line ${line}: ${asError(error).message}.`, {
    details: { line },
    cause: error,
  })
}

const newline = 0x0a
/** A longer line does not fit into a string. */
const mostLineBytes = 256 * 1024 * 1024
/** An object spanning more lines than this is taken for broken. */
const mostLines = 10_000

/** A byte order mark, which UTF-8 does not need. */
function startsWithMark(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
}
