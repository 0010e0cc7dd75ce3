import type { Environment } from './places.ts'

/** The variables that have a value. */
export function definedOnly(env: Environment): Record<string, string> {
  return Object.fromEntries(Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
}
