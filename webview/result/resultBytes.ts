import { LakehouseError } from '#base/errors.ts'

/** First byte of an Arrow IPC stream: the continuation marker of its first message. */
const arrowMarker = 0xff

/**
 * The Arrow bytes of an output item: base64 text as our notebooks hold it, or raw bytes as others write them.
 * @throws LakehouseError `corrupt` when it is neither.
 */
export function resultBytes(data: Uint8Array): Uint8Array {
  if (data[0] === arrowMarker) return new Uint8Array(data)
  try {
    const binary = atob(new TextDecoder().decode(data).trim())
    return Uint8Array.from(binary, character => character.charCodeAt(0))
  } catch (error) {
    throw new LakehouseError('corrupt', 'The output holds no Arrow rows.', { cause: error })
  }
}
