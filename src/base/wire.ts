/** An object of unknown members. */
export type Wire = Readonly<Record<string, unknown>>

export function isWire(value: unknown): value is Wire {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** @throws Error naming the member */
export function textAt(wire: Wire, name: string): string {
  const value = wire[name]
  if (typeof value === 'string') return value
  throw new Error(`${name} is ${value === undefined ? 'missing' : 'no text'}`)
}

/** @throws Error naming the member */
export function countAt(wire: Wire, name: string): number {
  const value = wire[name]
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw new Error(`${name} is ${value === undefined ? 'missing' : 'no number'}`)
}

/** Undefined when the member is absent or of another type. */
export function textOr(wire: Wire, name: string): string | undefined {
  const value = wire[name]
  return typeof value === 'string' ? value : undefined
}

/** Undefined when the member is absent or of another type. */
export function countOr(wire: Wire, name: string): number | undefined {
  const value = wire[name]
  return typeof value === 'number' ? value : undefined
}

/** A whole number from 0 on; undefined for anything else. */
export function wholeOr(wire: Wire, name: string): number | undefined {
  const value = countOr(wire, name)
  return value !== undefined && Number.isSafeInteger(value) && value >= 0 ? value : undefined
}

/** The texts of an array; none when the member is absent. @throws Error naming the member */
export function textsAt(wire: Wire, name: string): readonly string[] {
  const value = wire[name]
  if (value === undefined || value === null) return []
  if (Array.isArray(value) && value.every(item => typeof item === 'string')) return value
  throw new Error(`${name} is no list of texts`)
}

/** A map of texts; values of other types become their text. */
export function textMap(value: unknown): Readonly<Record<string, string>> {
  if (!isWire(value)) return {}
  const entries = Object.entries(value).filter(([, text]) => text !== null)
  return Object.fromEntries(entries.map(([name, text]) => [name, typeof text === 'string' ? text : JSON.stringify(cutDeep(text))]))
}

/** The same, but null where it is nested deeper than anybody means: what is printed or sent on as it came must not exhaust the stack. */
export function cutDeep(value: unknown, levels = 50): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (levels === 0) return null
  if (Array.isArray(value)) return value.map((item: unknown) => cutDeep(item, levels - 1))
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, cutDeep(item, levels - 1)]))
}

/** Undefined for what is no JSON: for places where nothing depends on it. */
export function parseJson(text: string): unknown {
  try {
    const parsed: unknown = JSON.parse(text)
    return parsed
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
