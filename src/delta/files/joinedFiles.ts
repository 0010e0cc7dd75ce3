import type { AddFile, BareFile } from '#delta/actions.ts'
import { ListedFiles, type ActiveFiles, type FileStatistics, type Partitions } from './activeFiles.ts'
import { distinctPartitions } from './distinctPartitions.ts'
import type { FileKeys } from './fileKeys.ts'

/** All of them, in this order. */
export function joinFiles(parts: readonly ActiveFiles[]): ActiveFiles {
  const filled = parts.filter(part => part.length > 0)
  const [first = new ListedFiles([]), ...more] = filled
  return more.length === 0 ? first : new JoinedFiles(filled)
}

/** All but those at ascending positions. */
export function filesWithout(files: ActiveFiles, hidden: Int32Array): ActiveFiles {
  return hidden.length === 0 ? files : new KeptFiles(files, otherPositions(files.length, hidden))
}

/** The positions below `length` that are not among these ascending ones. */
export function otherPositions(length: number, positions: Int32Array): Int32Array {
  const rest = new Int32Array(length - positions.length)
  let next = 0
  for (let position = 0; position < length; position += 1) {
    if (positions[next] === position) next += 1
    else rest[position - next] = position
  }
  return rest
}

class JoinedFiles implements ActiveFiles {
  readonly #parts: readonly { readonly files: ActiveFiles; readonly first: number }[]
  readonly length: number
  readonly sizes: Float64Array
  readonly deleted: Float64Array

  constructor(parts: readonly ActiveFiles[]) {
    let first = 0
    this.#parts = parts.map(files => {
      first += files.length
      return { files, first: first - files.length }
    })
    this.length = first
    this.sizes = this.#concat(parts.map(({ sizes }) => sizes))
    this.deleted = this.#concat(parts.map(({ deleted }) => deleted))
  }

  get weight(): number {
    return this.#parts.reduce((sum, { files }) => sum + files.weight, 16 * this.length)
  }

  bare(start: number, end: number): readonly BareFile[] {
    return this.#parts.flatMap(({ files, first }) => files.bare(...within(files, first, start, end)))
  }

  async slice(start: number, end: number, signal: AbortSignal): Promise<readonly AddFile[]> {
    const found: (readonly AddFile[])[] = []
    for (const { files, first } of this.#parts) found.push(await files.slice(...within(files, first, start, end), signal))
    return found.flat()
  }

  async pick(positions: Int32Array, signal: AbortSignal): Promise<readonly AddFile[]> {
    const found: (readonly AddFile[])[] = []
    for (const { files, own } of this.#owned(positions)) found.push(await files.pick(own, signal))
    return found.flat()
  }

  async statistics(positions: Int32Array, signal: AbortSignal): Promise<readonly FileStatistics[]> {
    const found: (readonly FileStatistics[])[] = []
    for (const { files, own } of this.#owned(positions)) found.push(await files.statistics(own, signal))
    return found.flat()
  }

  async records(signal: AbortSignal): Promise<Float64Array> {
    const found: Float64Array[] = []
    for (const { files } of this.#parts) found.push(await files.records(signal))
    return this.#concat(found)
  }

  async partitions(signal: AbortSignal): Promise<Partitions> {
    const numbers = new Int32Array(this.length)
    const values: Partitions['values'][number][] = []
    for (const { files, first } of this.#parts) {
      const own = await files.partitions(signal)
      const before = values.length
      for (let i = 0; i < files.length; i += 1) numbers[first + i] = before + (own.of[i] ?? 0)
      for (const set of own.values) values.push(set)
    }
    return distinctPartitions(numbers, number => values[number] ?? {})
  }

  positionsOf(keys: FileKeys): Int32Array {
    const found = this.#parts.map(({ files, first }) => files.positionsOf(keys).map(position => first + position))
    return Int32Array.from(found.flatMap(part => [...part]))
  }

  /** Of each part its own positions. */
  #owned(positions: Int32Array) {
    return this.#parts.map(({ files, first }) => ({
      files,
      own: positions.filter(position => position >= first && position < first + files.length).map(position => position - first),
    }))
  }

  #concat(parts: readonly Float64Array[]): Float64Array {
    const whole = new Float64Array(this.length)
    for (const [i, part] of parts.entries()) whole.set(part, this.#parts[i]?.first ?? 0)
    return whole
  }
}

/** Some of the files of another list, in its order. */
class KeptFiles implements ActiveFiles {
  readonly #files: ActiveFiles
  readonly #kept: Int32Array
  readonly sizes: Float64Array
  readonly deleted: Float64Array

  constructor(files: ActiveFiles, kept: Int32Array) {
    this.#files = files
    this.#kept = kept
    this.sizes = gather(files.sizes, kept)
    this.deleted = gather(files.deleted, kept)
  }

  get length(): number {
    return this.#kept.length
  }

  get weight(): number {
    return this.#files.weight + 20 * this.length
  }

  bare(start: number, end: number): readonly BareFile[] {
    return runsOf(this.#kept.subarray(start, end)).flatMap(([from, to]) => this.#files.bare(from, to))
  }

  async slice(start: number, end: number, signal: AbortSignal): Promise<readonly AddFile[]> {
    return await this.#files.pick(this.#kept.subarray(start, end), signal)
  }

  async pick(positions: Int32Array, signal: AbortSignal): Promise<readonly AddFile[]> {
    return await this.#files.pick(
      positions.map(position => this.#kept[position] ?? 0),
      signal,
    )
  }

  async statistics(positions: Int32Array, signal: AbortSignal): Promise<readonly FileStatistics[]> {
    return await this.#files.statistics(
      positions.map(position => this.#kept[position] ?? 0),
      signal,
    )
  }

  async records(signal: AbortSignal): Promise<Float64Array> {
    return gather(await this.#files.records(signal), this.#kept)
  }

  async partitions(signal: AbortSignal): Promise<Partitions> {
    const { of, values } = await this.#files.partitions(signal)
    return distinctPartitions(
      this.#kept.map(position => of[position] ?? 0),
      number => values[number] ?? {},
    )
  }

  positionsOf(keys: FileKeys): Int32Array {
    const among = new Set(this.#files.positionsOf(keys))
    const found: number[] = []
    for (const [position, stored] of this.#kept.entries()) if (among.has(stored)) found.push(position)
    return Int32Array.from(found)
  }
}

/** Positions [start, end) as those of a part that begins at `first`. */
function within({ length }: ActiveFiles, first: number, start: number, end: number): [from: number, to: number] {
  const clamp = (position: number): number => Math.min(Math.max(position - first, 0), length)
  return [clamp(start), clamp(end)]
}

function gather(numbers: Float64Array, at: Int32Array): Float64Array {
  const found = new Float64Array(at.length)
  for (let i = 0; i < at.length; i += 1) found[i] = numbers[at[i] ?? 0] ?? 0
  return found
}

/** Ascending positions as runs [start, end) of neighbours. */
function runsOf(positions: Int32Array): readonly (readonly [start: number, end: number])[] {
  const runs: [number, number][] = []
  for (const position of positions) {
    const run = runs.at(-1)
    if (run?.[1] === position) run[1] += 1
    else runs.push([position, position + 1])
  }
  return runs
}
