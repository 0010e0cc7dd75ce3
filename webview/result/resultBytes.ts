/** First bytes of an Arrow IPC stream: the continuation marker of its first message. */
const arrowMarker = 0xff

/** The Arrow bytes of an output item: base64 text as our notebooks hold it, or raw bytes as others write them. */
export function resultBytes(data: Uint8Array): Uint8Array {
  if (data[0] === arrowMarker) return data
  const binary = atob(new TextDecoder().decode(data).trim())
  return Uint8Array.from(binary, character => character.charCodeAt(0))
}
