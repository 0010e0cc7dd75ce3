/** Stands for @grpc/proto-loader in the bundles: nothing of ours loads a .proto file at run time. */
export function loadSync(): never {
  throw new Error('No .proto file is loaded at run time.')
}
