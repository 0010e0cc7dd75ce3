import { asError } from '#base/errors.ts'

/**
 * What is wrong with a file, in words: a decoder's own, where it threw them. Decoders run into damage in ways of their own, too
 * (beyond the end of a buffer, into a member that is not there): what the runtime says then helps nobody.
 */
export function damageOf(error: unknown): string {
  const { message, name } = asError(error)
  return name === 'Error' || name === 'SyntaxError' ? message : 'its bytes do not fit together'
}
