import { LakehouseError } from '#base/errors.ts'

/** First byte of an Arrow IPC stream: the continuation marker of its first message. */
const arrowMarker = 0xff
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const unknown = 0xff
const space = 0x20
const values = new Uint8Array(256).fill(unknown)
for (let i = 0; i < alphabet.length; i += 1) values[alphabet.charCodeAt(i)] = i

/**
 * The Arrow bytes of an output item: base64 text as our notebooks hold it, or raw bytes as others write them.
 * @throws LakehouseError `corrupt` when it is neither.
 */
export function resultBytes(data: Uint8Array): Uint8Array {
  return data[0] === arrowMarker ? new Uint8Array(data) : fromBase64(data)
}

/** Some 5 ms a megabyte; `atob` and a copy take three times that, and browsers before 2026 have no `Uint8Array.fromBase64`. */
function fromBase64(text: Uint8Array): Uint8Array {
  let end = text.length
  while (end > 0 && values[text[end - 1] ?? 0] === unknown) end -= 1
  const bytes = new Uint8Array(Math.floor((end * 3) / 4))
  let bits = 0
  let known = 0
  let at = 0
  for (let i = 0; i < end; i += 1) {
    const value = values[text[i] ?? 0] ?? unknown
    if (value === unknown) {
      if ((text[i] ?? 0) <= space) continue
      throw new LakehouseError('corrupt', 'The output holds no Arrow rows.')
    }
    bits = (bits << 6) | value
    known += 6
    if (known < 8) continue
    known -= 8
    bytes[at++] = bits >> known
  }
  return bytes
}
