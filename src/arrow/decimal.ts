/** A decimal as plain text with exactly `scale` fraction digits; zero has no minus. */
export function decimalText(unscaled: bigint, scale: number): string {
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0')
  const sign = unscaled < 0n ? '-' : ''
  return scale <= 0 ? sign + digits + '0'.repeat(unscaled === 0n ? 0 : -scale) : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

/** The signed number in 32-bit little-endian words, as Arrow holds a decimal. */
export function decimalFromWords(words: ArrayLike<number>, at: number, count: number): bigint {
  let value = 0n
  for (let i = count - 1; i >= 0; i -= 1) value = (value << 32n) | BigInt((words[at + i] ?? 0) >>> 0)
  return BigInt.asIntN(count * 32, value)
}
