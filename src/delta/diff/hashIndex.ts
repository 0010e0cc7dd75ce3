import { zerosLike } from '#parquet/leaf.ts'

/** Numbers 128-bit hashes in the order in which they come: 16 bytes each, and some 6 of a table to find them again. */
export class HashIndex {
  #lanes = new Int32Array(4 * firstCapacity)
  /** Number + 1 by slot; 0 in a free one. */
  #slots = new Int32Array(2 * firstCapacity)
  #size = 0

  get size(): number {
    return this.#size
  }

  /** The number of the hash at `row` (four words a row); the size so far when it is new. */
  numberOf(lanes: Int32Array, row: number): number {
    const at = 4 * row
    const [a, b, c, d] = [lanes[at], lanes[at + 1], lanes[at + 2], lanes[at + 3]]
    const mask = this.#slots.length - 1
    for (let slot = (a ?? 0) & mask; ; slot = (slot + 1) & mask) {
      const number = (this.#slots[slot] ?? 0) - 1
      if (number < 0) return this.#insert(slot, lanes, at)
      const own = 4 * number
      if (this.#lanes[own] === a && this.#lanes[own + 1] === b && this.#lanes[own + 2] === c && this.#lanes[own + 3] === d) return number
    }
  }

  #insert(slot: number, lanes: Int32Array, at: number): number {
    const number = this.#size++
    this.#slots[slot] = number + 1
    this.#lanes = roomFor(this.#lanes, 4 * number + 3)
    for (let word = 0; word < 4; word += 1) this.#lanes[4 * number + word] = lanes[at + word] ?? 0
    if (3 * this.#size > 2 * this.#slots.length) this.#rehash()
    return number
  }

  #rehash(): void {
    const slots = new Int32Array(this.#slots.length * 2)
    const mask = slots.length - 1
    for (let number = 0; number < this.#size; number += 1) {
      let slot = (this.#lanes[4 * number] ?? 0) & mask
      while (slots[slot] !== 0) slot = (slot + 1) & mask
      slots[slot] = number + 1
    }
    this.#slots = slots
  }
}

/** The array itself, or a longer one that begins with its numbers, so that there is an element `at`. */
export function roomFor<T extends Int32Array | Float64Array>(array: T, at: number): T {
  if (at < array.length) return array
  const larger = zerosLike(array, Math.max(array.length * 2, at + 1))
  larger.set(array)
  return larger
}

const firstCapacity = 1024
