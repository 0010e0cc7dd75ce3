import type { AddFile } from '#delta/actions.ts'

/** In place of the number of a text. */
export const nullText = -1

/** Partition values of many files: each text and each set of columns with their values is kept once, and goes by its number. */
export class PartitionSets {
  readonly #numbers = new Map<string, number>()
  readonly #texts: string[] = []
  /** A set is a shorter one, its parent, with one column more; 0 is the empty one. */
  readonly #parents = [0]
  readonly #columns = [0]
  readonly #added = [nullText]
  readonly #next: (Map<number, number> | undefined)[] = []
  readonly #values: (AddFile['partitionValues'] | undefined)[] = [{}]

  /** The number of a text. */
  text(text: string): number {
    const known = this.#numbers.get(text)
    if (known !== undefined) return known
    this.#numbers.set(text, this.#texts.length)
    return this.#texts.push(text) - 1
  }

  /** The number of the set that has one column more. */
  with(set: number, column: number, value: number): number {
    const next = this.#next[set] ?? new Map<number, number>()
    const key = column * 2 ** 32 + value - nullText
    const known = next.get(key)
    if (known !== undefined) return known
    this.#next[set] = next
    this.#columns.push(column)
    this.#added.push(value)
    const number = this.#parents.push(set) - 1
    next.set(key, number)
    return number
  }

  /** What a set holds; of equal columns the last wins. */
  valuesOf(set: number): AddFile['partitionValues'] {
    const known = this.#values[set]
    if (known) return known
    const values: (readonly [string, string | null])[] = []
    for (let at = set; at > 0; at = this.#parents[at] ?? 0) {
      const value = this.#added[at] ?? nullText
      values.push([this.#texts[this.#columns[at] ?? 0] ?? '', value === nullText ? null : (this.#texts[value] ?? '')])
    }
    const made = Object.fromEntries(values.toReversed())
    this.#values[set] = made
    return made
  }
}
