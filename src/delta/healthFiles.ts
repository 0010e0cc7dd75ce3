import type { FileHealth, FilesAndBytes, OptimizeEstimate, VectorHealth } from './healthTypes.ts'

/** Columns of the active files, by position. */
export interface FileNumbers {
  readonly sizes: Float64Array
  readonly deleted: Float64Array
  /** NaN where statistics do not count. */
  readonly records: Float64Array
  /** Index of the partition; undefined in a table without. */
  readonly partition: Int32Array | undefined
}

/**
 * Below 16 MiB, or half of what the table asks for, a file costs more to open (two round trips) than to read at the 100 MB/s that
 * one request to an object store gives.
 */
const smallFileBytes = 16 * 1024 * 1024
/** What OPTIMIZE fills a file up to unless told otherwise. */
const optimizeBytes = 1024 ** 3
/** OPTIMIZE rewrites a file of any size that has lost more than this share of its rows. */
const optimizeDeletedShare = 0.05
/** A file is read whole for the rows that are left: above this, a third of the work is for nothing. */
const heavyDeletedShare = 0.3

/** Powers of four from 4 KiB to 4 GiB. */
const bounds = [0, ...Array.from({ length: 11 }, (_, i) => 4096 * 4 ** i)]

/** Sizes of files. `targetBytes` is the table's own, where it has one. */
export function fileHealth(files: FileNumbers, targetBytes: number | undefined, layout: 'plain' | 'clustered'): FileHealth {
  const sorted = files.sizes.toSorted()
  const at = (share: number): number | null => sorted[Math.ceil(share * sorted.length) - 1] ?? null
  const below = targetBytes === undefined ? smallFileBytes : targetBytes / 2
  const small = countedWhere(files.sizes, size => size < below)
  return {
    files: sorted.length,
    bytes: countedWhere(sorted, () => true).bytes,
    smallest: sorted[0] ?? null,
    median: at(0.5),
    p90: at(0.9),
    largest: sorted.at(-1) ?? null,
    histogram: bounds.map((from, i) => {
      const end = bounds[i + 1]
      return { from, below: end ?? null, ...countedWhere(sorted, size => size >= from && size < (end ?? Infinity)) }
    }),
    small: { below, ...small, share: sorted.length === 0 ? 0 : small.files / sorted.length },
    optimize: layout === 'clustered' ? null : estimateOptimize(files, targetBytes ?? optimizeBytes),
  }
}

/** Deletion vectors of files. */
export function vectorHealth({ sizes, deleted, records }: FileNumbers): VectorHealth {
  const share = (position: number): number => (deleted[position] ?? 0) / (records[position] ?? Number.NaN)
  const positions = [...deleted.keys()].filter(position => (deleted[position] ?? 0) > 0)
  const deletedRows = sum(deleted)
  const rows = sum(records)
  const counted = positions.map(share).filter(each => !Number.isNaN(each))
  const heavy = positions.filter(position => share(position) > heavyDeletedShare)
  return {
    files: positions.length,
    deletedRows,
    share: Number.isNaN(rows) ? null : rows === 0 ? 0 : deletedRows / rows,
    largestShare: counted.length === 0 ? null : counted.reduce((most, each) => Math.max(most, each), 0),
    heavy: { above: heavyDeletedShare, files: heavy.length, bytes: heavy.reduce((bytes, position) => bytes + (sizes[position] ?? 0), 0) },
  }
}

/**
 * As Delta's OptimizeTableCommand does it: in each partition the files that are smaller than the target, or have lost rows, from
 * the smallest up into bins of the target's size; a bin of one file stays as it is unless rows of it are deleted.
 */
function estimateOptimize(files: FileNumbers, targetBytes: number): OptimizeEstimate {
  const { sizes, deleted, records, partition } = files
  const isCandidate = (position: number): boolean =>
    (sizes[position] ?? 0) < targetBytes ||
    ((deleted[position] ?? 0) > 0 && !((deleted[position] ?? 0) / (records[position] ?? Number.NaN) <= optimizeDeletedShare))
  const order = Int32Array.from(sizes.keys())
    .filter(isCandidate)
    .toSorted((a, b) => (partition?.[a] ?? 0) - (partition?.[b] ?? 0) || (sizes[a] ?? 0) - (sizes[b] ?? 0))
  const rewritten = { files: 0, bytes: 0 }
  let made = 0
  let bin = { files: 0, bytes: 0, hasDeleted: false }
  const close = (): void => {
    if (bin.files > 1 || bin.hasDeleted) {
      rewritten.files += bin.files
      rewritten.bytes += bin.bytes
      made += 1
    }
    bin = { files: 0, bytes: 0, hasDeleted: false }
  }
  for (const [i, position] of order.entries()) {
    const size = sizes[position] ?? 0
    const before = order[i - 1]
    if (bin.bytes + size > targetBytes || (before !== undefined && partition?.[before] !== partition?.[position])) close()
    bin = { files: bin.files + 1, bytes: bin.bytes + size, hasDeleted: bin.hasDeleted || (deleted[position] ?? 0) > 0 }
  }
  close()
  return { targetBytes, rewritten, made, filesAfter: sizes.length - rewritten.files + made }
}

function countedWhere(sizes: Float64Array, isMeant: (size: number) => boolean): FilesAndBytes {
  let files = 0
  let bytes = 0
  for (const size of sizes) {
    if (!isMeant(size)) continue
    files += 1
    bytes += size
  }
  return { files, bytes }
}

function sum(numbers: Float64Array): number {
  let total = 0
  for (const each of numbers) total += each
  return total
}
