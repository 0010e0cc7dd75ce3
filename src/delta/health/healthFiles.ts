import { sum } from '#base/sum.ts'
import { countBelow } from '#delta/rows/deletionVector.ts'
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
  const small = countedBetween(sorted, 0, below)
  return {
    ...countedBetween(sorted, 0, Infinity),
    smallest: sorted[0] ?? null,
    median: at(0.5),
    p90: at(0.9),
    largest: sorted.at(-1) ?? null,
    histogram: bounds.map((from, i) => {
      const end = bounds[i + 1]
      return { from, below: end ?? null, ...countedBetween(sorted, from, end ?? Infinity) }
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
  const { sizes, deleted, records } = files
  const rewritten = { files: 0, bytes: 0 }
  let made = 0
  for (const positions of byPartition(files)) {
    const isCandidate = (position: number): boolean =>
      (sizes[position] ?? 0) < targetBytes ||
      ((deleted[position] ?? 0) > 0 && !((deleted[position] ?? 0) / (records[position] ?? Number.NaN) <= optimizeDeletedShare))
    // Half a byte marks a file with deleted rows, so that sizes alone can be sorted.
    const marked = Float64Array.from(
      positions.filter(isCandidate),
      position => (sizes[position] ?? 0) + ((deleted[position] ?? 0) > 0 ? 0.5 : 0),
    )
    for (const bin of binsOf(marked.toSorted(), targetBytes)) {
      if (bin.files < 2 && !bin.hasDeleted) continue
      rewritten.files += bin.files
      rewritten.bytes += bin.bytes
      made += 1
    }
  }
  return { targetBytes, rewritten, made, filesAfter: sizes.length - rewritten.files + made }
}

function* binsOf(marked: Float64Array, targetBytes: number): Generator<FilesAndBytes & { readonly hasDeleted: boolean }, void> {
  let bin = { files: 0, bytes: 0, hasDeleted: false }
  for (const each of marked) {
    const size = Math.floor(each)
    if (bin.files > 0 && bin.bytes + size > targetBytes) {
      yield bin
      bin = { files: 0, bytes: 0, hasDeleted: false }
    }
    bin.files += 1
    bin.bytes += size
    bin.hasDeleted ||= each > size
  }
  if (bin.files > 0) yield bin
}

/** Positions of each partition; all of them in a table without. */
function* byPartition({ sizes, partition }: FileNumbers): Generator<Int32Array, void> {
  const all = new Int32Array(sizes.length).map((_, position) => position)
  if (!partition) {
    yield all
    return
  }
  const counts = new Int32Array(partition.reduce((most, each) => Math.max(most, each), -1) + 2)
  for (const each of partition) counts[each + 1] = (counts[each + 1] ?? 0) + 1
  for (let i = 1; i < counts.length; i += 1) counts[i] = (counts[i] ?? 0) + (counts[i - 1] ?? 0)
  const ends = counts.slice()
  for (const [position, each] of partition.entries()) {
    all[ends[each] ?? 0] = position
    ends[each] = (ends[each] ?? 0) + 1
  }
  for (let i = 0; i + 1 < counts.length; i += 1) yield all.subarray(counts[i], counts[i + 1])
}

/** Files of [from, end) bytes, of sizes in order. */
function countedBetween(sorted: Float64Array, from: number, end: number): FilesAndBytes {
  const found = sorted.subarray(countBelow(sorted, from), countBelow(sorted, end))
  return { files: found.length, bytes: sum(found) }
}
