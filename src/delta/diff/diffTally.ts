import { HashIndex, roomFor } from './hashIndex.ts'

/** A row that one side has more often. */
interface Difference {
  readonly number: number
  /** How much more often `to` has it; negative where `from` does. */
  readonly count: number
  /** Where one such row of the side that has more stands. */
  readonly place: number
}

/** How the differing rows add up, and which rows show it: at most so many of a kind as were asked for, in order of their places. */
export interface TallyResult {
  readonly added: number
  readonly removed: number
  readonly changed: number
  readonly addedPlaces: readonly number[]
  readonly removedPlaces: readonly number[]
  readonly changedPlaces: readonly { readonly before: number; readonly after: number }[]
  /** Keys that several differing rows of one side have, and the place of such a row. */
  readonly duplicateKeys: number
  readonly duplicatePlace: number | undefined
}

/**
 * How much more often each row is there in one version than in the other, by the hash of its values. Equal rows of both sides
 * cancel each other. Memory is bounded: some 35 bytes for each different row, 50 with a key.
 */
export class RowTally {
  readonly #rows = new HashIndex()
  #counts = new Int32Array(first)
  #places = new Float64Array(first)
  #keys = new Int32Array(4 * first)

  /** Different rows so far, also those that have cancelled each other. */
  get size(): number {
    return this.#rows.size
  }

  /** Counts row `row` of a batch: +1 for one in `to`, -1 for one in `from`. `keys` are the hashes of the rows' keys. */
  add(batch: { readonly lanes: Int32Array; readonly keys: Int32Array | undefined }, row: number, sign: 1 | -1, place: number): void {
    const known = this.#rows.size
    const number = this.#rows.numberOf(batch.lanes, row)
    if (number === known) {
      this.#counts = roomFor(this.#counts, number)
      this.#places = roomFor(this.#places, number)
      if (batch.keys) this.#keepKey(number, batch.keys, row)
    }
    const count = (this.#counts[number] ?? 0) + sign
    this.#counts[number] = count
    if (count * sign > 0) this.#places[number] = place
  }

  /** Rows as multisets. */
  result(most: number): TallyResult {
    const [added, removed] = [new Places(most), new Places(most)]
    for (const { count, place } of this.#differences()) (count > 0 ? added : removed).add(place, Math.abs(count))
    return resultOf(added, removed, new Places(0))
  }

  /** Rows matched by key after equal ones have cancelled; those of a key that is not unique on its side stay unmatched. */
  resultByKey(most: number): TallyResult {
    const keys = new KeyTally()
    for (const { count, place, number } of this.#differences()) keys.add(this.#keys, number, count, place)
    return keys.result(most)
  }

  *#differences(): Generator<Difference, void> {
    for (let number = 0; number < this.#rows.size; number += 1) {
      const count = this.#counts[number] ?? 0
      if (count !== 0) yield { count, place: this.#places[number] ?? 0, number }
    }
  }

  #keepKey(number: number, keys: Int32Array, row: number): void {
    this.#keys = roomFor(this.#keys, 4 * number + 3)
    for (let word = 0; word < 4; word += 1) this.#keys[4 * number + word] = keys[4 * row + word] ?? 0
  }
}

/** The differing rows of each key. */
class KeyTally {
  readonly #index = new HashIndex()
  #added = new Int32Array(first)
  #removed = new Int32Array(first)
  #after = new Float64Array(first)
  #before = new Float64Array(first)

  add(keys: Int32Array, number: number, count: number, place: number): void {
    const key = this.#index.numberOf(keys, number)
    if (count > 0) {
      this.#added = roomFor(this.#added, key)
      this.#after = roomFor(this.#after, key)
      this.#added[key] = (this.#added[key] ?? 0) + count
      this.#after[key] = place
    } else {
      this.#removed = roomFor(this.#removed, key)
      this.#before = roomFor(this.#before, key)
      this.#removed[key] = (this.#removed[key] ?? 0) - count
      this.#before[key] = place
    }
  }

  result(most: number): TallyResult {
    const [added, removed, changed] = [new Places(most), new Places(most), new Places(most)]
    let duplicateKeys = 0
    let duplicatePlace: number | undefined
    for (let key = 0; key < this.#index.size; key += 1) {
      const [more, fewer] = [this.#added[key] ?? 0, this.#removed[key] ?? 0]
      const [after, before] = [this.#after[key] ?? 0, this.#before[key] ?? 0]
      if (more === 1 && fewer === 1) {
        changed.add(after, 1, before)
        continue
      }
      if (more > 0) added.add(after, more)
      if (fewer > 0) removed.add(before, fewer)
      if (more > 1 || fewer > 1) {
        duplicateKeys += 1
        duplicatePlace ??= more > 1 ? after : before
      }
    }
    return { ...resultOf(added, removed, changed), duplicateKeys, duplicatePlace }
  }
}

/** Rows that nothing is matched with: how many each source has, the first ones of all as places. */
export function countedPlaces(counts: readonly number[], change: 'added' | 'removed', most: number, rowsPerSource: number): TallyResult {
  const [counted, none] = [new Places(most), new Places(0)]
  for (const [number, count] of counts.entries()) {
    const shown = Math.min(count, most)
    for (let row = 0; row < shown; row += 1) counted.add(number * rowsPerSource + row, 1)
    counted.count += count - shown
  }
  return change === 'added' ? resultOf(counted, none, none) : resultOf(none, counted, none)
}

/** Counts rows, and keeps the lowest of their places. */
class Places {
  readonly #most: number
  #kept: { readonly place: number; readonly before: number }[] = []
  count = 0

  constructor(most: number) {
    this.#most = most
  }

  add(place: number, times: number, before = -1): void {
    this.count += times
    if (this.#most === 0) return
    const last = this.#kept[this.#most - 1]
    if (last && last.place <= place) return
    const at = this.#kept.findIndex(each => each.place > place)
    const items = Array.from({ length: Math.min(times, this.#most) }, () => ({ place, before }))
    this.#kept.splice(at < 0 ? this.#kept.length : at, 0, ...items)
    this.#kept.length = Math.min(this.#kept.length, this.#most)
  }

  get lowest(): readonly { readonly place: number; readonly before: number }[] {
    return this.#kept
  }
}

function resultOf(added: Places, removed: Places, changed: Places): TallyResult {
  return {
    added: added.count,
    removed: removed.count,
    changed: changed.count,
    addedPlaces: added.lowest.map(({ place }) => place),
    removedPlaces: removed.lowest.map(({ place }) => place),
    changedPlaces: changed.lowest.map(({ place, before }) => ({ before, after: place })),
    duplicateKeys: 0,
    duplicatePlace: undefined,
  }
}

const first = 1024
