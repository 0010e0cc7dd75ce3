/** The user called the command in a way it cannot be called. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** A number of things, Infinity for `all`. @throws UsageError */
export function limitOf(value: string | undefined, otherwise: number, name = 'limit'): number {
  if (value === undefined) return otherwise
  return value === 'all' ? Infinity : wholeNumber(value, name)
}

/** The value of an option. @throws UsageError */
export function wholeNumber(value: string, name: string): number {
  const number = parseWhole(value)
  if (number !== undefined) return number
  throw new UsageError(`--${name} needs a whole number${name === 'version' ? '' : ' or "all"'}, not "${value}".`)
}

export function parseWhole(value: string): number | undefined {
  const number = Number(value)
  return /^\d+$/.test(value) && Number.isSafeInteger(number) ? number : undefined
}
