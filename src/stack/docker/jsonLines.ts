import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import { parseJson } from '#base/wire.ts'

const newline = /\r?\n/

/** The JSON values of a stream that has one a line; a line that is none is skipped. */
export async function* jsonLines(stream: Readable): AsyncGenerator {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  for await (const chunk of stream) {
    if (!(chunk instanceof Uint8Array)) continue
    const lines = (rest + decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))).split(newline)
    rest = lines.pop() ?? ''
    yield* parsed(lines)
  }
  yield* parsed([rest])
}

function parsed(lines: readonly string[]): unknown[] {
  return lines.filter(line => line.trim() !== '').flatMap(line => parseJson(line) ?? [])
}
