import { anyLetter, anyText, type LikePattern } from './filterTree.ts'

/** A LIKE pattern; undefined when the escape letter stands before something that needs none. */
export function likePattern(text: string, escape: string): LikePattern | undefined {
  const pattern: number[] = []
  const letters = Array.from(text)
  for (let i = 0; i < letters.length; i += 1) {
    const letter = letters[i] ?? ''
    if (letter === escape) {
      const next = letters[++i]
      if (next !== '%' && next !== '_' && next !== escape) return undefined
      pattern.push(...new TextEncoder().encode(next))
    } else if (letter === '%') {
      if (pattern.at(-1) !== anyText) pattern.push(anyText)
    } else if (letter === '_') pattern.push(anyLetter)
    else pattern.push(...new TextEncoder().encode(letter))
  }
  return pattern
}

/** True when bytes [start, end) of UTF-8 match all of a pattern; takes at most length × pattern steps. */
export function isLike(bytes: Uint8Array, start: number, end: number, pattern: LikePattern): boolean {
  let at = start
  let next = 0
  /** Where to go on after the last `%`, should what follows it not match. */
  let resume = -1
  let resumeAt = 0
  while (at < end) {
    const wanted = pattern[next]
    if (wanted === anyText) {
      resume = ++next
      resumeAt = at
    } else if (wanted === anyLetter) {
      next += 1
      at = nextLetter(bytes, at, end)
    } else if (wanted !== undefined && wanted === bytes[at]) {
      next += 1
      at += 1
    } else if (resume >= 0) {
      next = resume
      resumeAt = nextLetter(bytes, resumeAt, end)
      at = resumeAt
    } else return false
  }
  while (pattern[next] === anyText) next += 1
  return next === pattern.length
}

/** The bytes that every text begins with that matches. */
export function likePrefix(pattern: LikePattern): Uint8Array {
  const length = pattern.findIndex(part => part < 0)
  return Uint8Array.from(length < 0 ? pattern : pattern.slice(0, length))
}

function nextLetter(bytes: Uint8Array, at: number, end: number): number {
  let next = at + 1
  while (next < end && ((bytes[next] ?? 0) & 0xc0) === 0x80) next += 1
  return next
}
