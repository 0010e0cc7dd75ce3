/** A Python of the machine. */
export interface Python {
  /** Absolute path. */
  readonly executable: string
  readonly version: readonly [major: number, minor: number, patch: number]
  readonly implementation: string
  readonly hasPip: boolean
  readonly hasVenv: boolean
}

/** What a Python printed about itself as JSON; undefined when it is something else. */
export function parsePythonFacts(text: string): Python | undefined {
  const facts = parseObject(text)
  if (!facts) return undefined
  const { executable, version, implementation, hasPip, hasVenv } = facts
  if (typeof executable !== 'string' || executable === '' || typeof implementation !== 'string' || !Array.isArray(version)) return undefined
  const [major, minor, patch] = version.map(Number)
  if (major === undefined || minor === undefined || patch === undefined) return undefined
  return { executable, version: [major, minor, patch], implementation, hasPip: hasPip === true, hasVenv: hasVenv === true }
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}
