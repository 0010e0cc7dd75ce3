/** Bytes as hyparquet's Thrift parsers take them: they read on from `offset`, and leave it behind what they read. */
export interface ThriftReader {
  readonly view: DataView
  offset: number
}

/** Shares the bytes. */
export function thriftReader(bytes: Uint8Array): ThriftReader {
  return { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 }
}
