/** Which store, as plain data that crosses threads; holds no secret. */
export type StoreSpec = LocalSpec | S3Spec

export interface LocalSpec {
  readonly kind: 'local'
  /** Absolute path of a folder. */
  readonly folder: string
}

export interface S3Spec extends S3Endpoint {
  readonly kind: 's3'
  readonly bucket: string
}

/** Where an S3 service is and whose credentials it takes. */
export interface S3Endpoint {
  /** Name of the connection, the key under which credentials are asked for. */
  readonly connection: string
  /** Absent for AWS itself. */
  readonly endpoint?: string
  readonly region: string
  /** True for `endpoint/bucket/key`, false for `bucket.endpoint/key`. */
  readonly pathStyle: boolean
}

export interface S3Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/**
 * Secrets of a connection, asked for when a client is made and again when they are refused; undefined means the default
 * chain of AWS (environment, profile, instance). Plain data, so that a worker may ask its host.
 */
export type CredentialSource = (connection: string, signal: AbortSignal) => Promise<S3Credentials | undefined>
