/** NaN when one of them is. */
export function sum(numbers: Float64Array): number {
  let total = 0
  for (const each of numbers) total += each
  return total
}
