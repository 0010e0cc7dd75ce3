/** A change of a YAML or `.env` text that leaves the rest as it stands, with its comments. */
export type Change =
  /** Gives a key a value; maps on the way are made. A variable in a list of `NAME=value` is set there. */
  | { readonly kind: 'set'; readonly path: readonly string[]; readonly value: YamlValue }
  /** Writes another text in place of the scalar that begins there. */
  | { readonly kind: 'rewrite'; readonly at: Position; readonly text: string }
  /** Takes out the key that begins there, with its value. */
  | { readonly kind: 'remove'; readonly at: Position }

/** Both from 1. */
export interface Position {
  readonly line: number
  readonly column: number
}

export type YamlValue = string | number | boolean | null | readonly YamlValue[] | { readonly [key: string]: YamlValue }
