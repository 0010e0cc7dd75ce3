import { LakehouseError } from '#base/errors.ts'

const alphabet = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#'
const digitOf = new Map(Array.from(alphabet, (letter, digit) => [letter, digit]))

/** Bytes of Z85 text: five letters for four bytes, big-endian. https://rfc.zeromq.org/spec/32/ @throws LakehouseError `corrupt` */
export function decodeZ85(text: string): Uint8Array {
  if (text.length % 5 !== 0) throw new LakehouseError('corrupt', 'A Z85 text does not have a length divisible by five.')
  const bytes = new Uint8Array((text.length / 5) * 4)
  const view = new DataView(bytes.buffer)
  for (let group = 0; group < text.length / 5; group += 1) {
    let value = 0
    for (const letter of text.slice(group * 5, group * 5 + 5)) {
      const digit = digitOf.get(letter)
      if (digit === undefined) throw new LakehouseError('corrupt', `A Z85 text holds the letter ${JSON.stringify(letter)}.`)
      value = value * 85 + digit
    }
    if (value > 0xffff_ffff) throw new LakehouseError('corrupt', 'A Z85 text holds a group beyond 32 bits.')
    view.setUint32(group * 4, value)
  }
  return bytes
}
