import type { S3Credentials, S3Endpoint } from '#storage/storeSpec.ts'

/** The name of the stack of this workspace among the connections. */
export const localStackName = 'Local stack'

/** Where a lake is: an S3 service, a folder, a Spark server, or several of them. Holds no secret. */
export interface Connection {
  readonly name: string
  readonly s3?: S3Endpoint
  /** Absolute path of a local folder that holds tables. */
  readonly folder?: string
  readonly spark?: SparkEndpoint
}

export interface SparkEndpoint {
  readonly host: string
  readonly port: number
  readonly tls: boolean
  /** Base address of Spark's own UI; absent when not known. */
  readonly uiUrl?: string
}

/** Secrets of one connection. */
export interface ConnectionSecrets {
  readonly s3?: S3Credentials
  readonly sparkToken?: string
}
