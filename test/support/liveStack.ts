import type { S3Credentials, S3Endpoint } from '#storage/storeSpec.ts'
import { requireStack } from './testStack.ts'

/** The running stack as clients take it. */
export interface LiveStack {
  readonly s3: { readonly endpoint: S3Endpoint & { readonly endpoint: string }; readonly credentials: S3Credentials }
  readonly spark: { readonly host: string; readonly port: number; readonly token: string; readonly uiUrl: string }
  /** The folder whose stack it is. */
  readonly project: string
}

/** The stack of this run; skips the suite when there is none. Call it in `before`. */
export function liveStack(context: Mocha.Context): LiveStack {
  const { endpoints, secrets, project } = requireStack(context)
  return {
    s3: { endpoint: { connection: 'Test stack', ...endpoints.s3, pathStyle: true }, credentials: secrets.s3 },
    spark: { ...endpoints.spark, token: secrets.sparkToken },
    project,
  }
}
