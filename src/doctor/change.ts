/** A change of a YAML or `.env` text that leaves the rest as it stands, with its comments. */
export type Change =
  /** Gives a key a value; maps on the way are made. A variable in a list of `NAME=value` is set there. */
  | { readonly kind: 'set'; readonly path: readonly string[]; readonly value: YamlValue }
  /** Publishes the port of the short form that begins there on the loopback address, at another port, or both. */
  | { readonly kind: 'port'; readonly at: Position; readonly onLoopback?: true; readonly move?: PortMove }
  /** Takes out the key that begins there, with its value. */
  | { readonly kind: 'remove'; readonly at: Position }

export interface PortMove {
  readonly from: number
  readonly to: number
}

/** Both from 1. */
export interface Position {
  readonly line: number
  readonly column: number
}

export type YamlValue = string | number | boolean | null | readonly YamlValue[] | { readonly [key: string]: YamlValue }
