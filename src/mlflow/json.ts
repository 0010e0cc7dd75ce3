/** JSON in which a whole number that no double holds is a bigint; where the runtime gives no source text (Node 20) it is rounded. */
export function parseExact(text: string): unknown {
  return longInteger.test(text) ? JSON.parse(text, exactly) : JSON.parse(text)
}

/** 16 digits are the fewest that may be beyond 2^53; a fraction is what it is. */
const longInteger = /(?<![.\d])\d{16}/

function exactly(_: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value
  const source = context?.source
  return source !== undefined && /^-?\d+$/.test(source) ? BigInt(source) : value
}
