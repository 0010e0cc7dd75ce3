import type { Dice } from './randomValues.ts'

/** What a mutation did; the bytes are undefined where the file is gone. */
export interface Mutated {
  readonly what: string
  readonly bytes: Uint8Array | undefined
}

/** Any file: bits, ends and pieces. */
export function mutateBytes(dice: Dice, bytes: Uint8Array, from = 0, to = bytes.length): Mutated {
  const at = from + dice.below(Math.max(to - from, 1))
  const copy = new Uint8Array(bytes)
  switch (dice.below(8)) {
    case 0:
      return { what: `cut at ${at}`, bytes: copy.subarray(0, at) }
    case 1: {
      const length = 1 + dice.below(40)
      return { what: `${length} bytes taken out at ${at}`, bytes: joined(copy.subarray(0, at), copy.subarray(at + length)) }
    }
    case 2: {
      const source = dice.below(Math.max(bytes.length, 1))
      const piece = bytes.slice(source, source + 1 + dice.below(40))
      return { what: `a piece of ${source} put in at ${at}`, bytes: joined(copy.subarray(0, at), piece, copy.subarray(at)) }
    }
    case 3: {
      const fill = dice.pick([0, 0x7f, 0x80, 0xff])
      copy.fill(fill, at, at + dice.pick([1, 2, 4, 5, 8]))
      return { what: `${fill} from ${at}`, bytes: copy }
    }
    case 4: {
      const huge = Uint8Array.from(dice.pick(hugeNumbers))
      return { what: `a huge number at ${at}`, bytes: joined(copy.subarray(0, at), huge, copy.subarray(at + 1)) }
    }
    case 5:
      for (let i = dice.below(8); i >= 0; i -= 1) copy[from + dice.below(Math.max(to - from, 1))] = dice.below(256)
      return { what: 'some bytes', bytes: copy }
    default: {
      const bit = dice.below(8)
      copy[at] = (copy[at] ?? 0) ^ (1 << bit)
      return { what: `bit ${bit} of ${at}`, bytes: copy }
    }
  }
}

/** As varints: 2^31 - 1 and the most of 32 and of 64 bits, also by the zigzag of Thrift. */
const hugeNumbers: readonly (readonly number[])[] = [
  [0xff, 0xff, 0xff, 0xff, 0x07],
  [0xfe, 0xff, 0xff, 0xff, 0x0f],
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
]

/** The footer of a Parquet file, its length kept right so that a reader gets to see it. */
export function mutateFooter(dice: Dice, file: Uint8Array): Mutated {
  const length = new DataView(file.buffer, file.byteOffset).getUint32(file.length - 8, true)
  const start = file.length - 8 - length
  const { what, bytes = new Uint8Array(0) } = mutateBytes(dice, file.slice(start, -8))
  const end = new Uint8Array(file.slice(-8))
  new DataView(end.buffer).setUint32(0, bytes.length, true)
  return { what: `in the footer, ${what}`, bytes: joined(file.subarray(0, start), bytes, end) }
}

/** A commit, or another file of JSON lines, whose actions are the same: in another order, twice, with empty lines. */
export function rearrangeLines(dice: Dice, bytes: Uint8Array): Mutated {
  const lines = linesOf(bytes)
  switch (dice.below(3)) {
    case 0:
      return { what: 'lines in another order', bytes: textBytes(shuffled(dice, lines)) }
    case 1:
      return { what: 'a line twice', bytes: textBytes(shuffled(dice, [...lines, dice.pick(lines)])) }
    default:
      return { what: 'empty lines', bytes: textBytes(lines.flatMap(line => (dice.chance(0.5) ? ['', line, ' '] : [line]))) }
  }
}

/** JSON lines of which one has a member that nobody should write. */
export function mutateLines(dice: Dice, bytes: Uint8Array): Mutated {
  const lines = linesOf(bytes)
  const at = dice.below(lines.length)
  if (dice.chance(0.15)) return { what: `line ${at} left out`, bytes: textBytes(lines.filter((_, i) => i !== at)) }
  const value: unknown = JSON.parse(lines[at] ?? 'null')
  const paths = pathsOf(value, [])
  const path = dice.pick(paths)
  const odd = dice.pick(hostile)
  const text = JSON.stringify(replaced(value, path, marker)).replace(`"${marker}"`, () => odd)
  return {
    what: `${path.join('.')} of line ${at} is ${odd.slice(0, 60)}`,
    bytes: textBytes(lines.map((line, i) => (i === at ? text : line))),
  }
}

const marker = '\u2620'
const deep = 100_000

/** JSON texts. */
const hostile: readonly string[] = [
  'null true 0 -1 0.5 1e308 -1e308 1e400 9223372036854775808 9007199254740993 2147483648 4294967297 [] {} [null] [[[]]]'.split(' '),
  '"" "x" "-1" "1e308" "NaN" "../../../../etc/passwd" "/etc/passwd" "file:///etc/passwd" "a%00b" "%" "%2e%2e/x" "\\u0000" "\\ud800"'.split(
    ' ',
  ),
  '"s3://other/bucket" "C:\\\\x" "http://127.0.0.1:9/x" {"__proto__":1} {"constructor":{"prototype":{}}} {"toString":"x"}'.split(' '),
  ['{"numRecords":-1}', '{"numRecords":1e300}', '{"numRecords":9007199254740993}', '{"type":"struct","fields":[]}'].map(text =>
    JSON.stringify(text),
  ),
  JSON.stringify('{"type":"struct","fields":[{"name":"__proto__","type":"decimal(99,-3)","nullable":true,"metadata":{}}]}'),
  JSON.stringify('x'.repeat(70_000)),
  `${'['.repeat(deep)}${']'.repeat(deep)}`,
  `${'{"a":'.repeat(deep)}1${'}'.repeat(deep)}`,
].flat()

function pathsOf(value: unknown, path: readonly (string | number)[]): readonly (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null) return [path]
  return [path, ...Object.entries(value).flatMap(([name, inner]) => pathsOf(inner, [...path, name]))]
}

function replaced(value: unknown, [first, ...rest]: readonly (string | number)[], by: unknown): unknown {
  if (first === undefined) return by
  if (Array.isArray(value)) return value.map((inner: unknown, i) => (String(i) === String(first) ? replaced(inner, rest, by) : inner))
  return Object.fromEntries(Object.entries(value ?? {}).map(([name, inner]) => [name, name === first ? replaced(inner, rest, by) : inner]))
}

function linesOf(bytes: Uint8Array): readonly string[] {
  return new TextDecoder()
    .decode(bytes)
    .split('\n')
    .filter(line => line.trim() !== '')
}

function textBytes(lines: readonly string[]): Uint8Array {
  return new TextEncoder().encode(lines.join('\n'))
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts))
}

function shuffled<T>(dice: Dice, items: readonly T[]): readonly T[] {
  return items
    .map(item => ({ item, at: dice.below(1_000_000) }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item)
}
