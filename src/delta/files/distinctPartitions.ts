import type { AddFile } from '#delta/actions.ts'
import type { Partitions } from './activeFiles.ts'

/** Numbers by position, each of which stands for a set of partition values, as distinct sets in the order in which they come. */
export function distinctPartitions(numbers: Int32Array, valuesOf: (number: number) => AddFile['partitionValues']): Partitions {
  const known = new Map<number, number>()
  const named = new Map<string, number>()
  const values: AddFile['partitionValues'][] = []
  const distinct = (number: number): number => {
    const set = valuesOf(number)
    const name = JSON.stringify(set)
    const found = named.get(name) ?? values.push(set) - 1
    named.set(name, found)
    known.set(number, found)
    return found
  }
  return { of: numbers.map(number => known.get(number) ?? distinct(number)), values }
}
