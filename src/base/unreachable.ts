/** Ends a switch over a union: a new member is a compile error here. */
export function unreachable(value: never): never {
  throw new TypeError(`Unreachable: ${JSON.stringify(value)}`)
}
