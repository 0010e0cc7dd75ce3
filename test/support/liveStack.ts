import type { S3Credentials, S3Endpoint } from '#storage/storeSpec.ts'

/** A running stack with its secrets, for suites that need real servers. */
export interface LiveStack {
  readonly s3: { readonly endpoint: S3Endpoint & { readonly endpoint: string }; readonly credentials: S3Credentials }
  readonly spark: { readonly host: string; readonly port: number; readonly token: string; readonly uiUrl: string }
}

interface GivenStack {
  readonly s3: { readonly endpoint: string; readonly region: string; readonly accessKeyId: string; readonly secretAccessKey: string }
  readonly spark: { readonly host: string; readonly port: number; readonly token: string; readonly uiUrl: string }
}

/** The stack of this acceptance run: the one that DATAFLOW_TEST_STACK names. */
export function liveStack(): LiveStack {
  const given = process.env['DATAFLOW_TEST_STACK']
  if (given === undefined) throw new Error('No stack runs for this suite: set DATAFLOW_TEST_STACK.')
  // SAFETY: written by the person or the hook that started the stack; a wrong field fails the first test that uses it.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const { s3, spark } = JSON.parse(given) as GivenStack
  const { endpoint, region, accessKeyId, secretAccessKey } = s3
  return {
    s3: { endpoint: { connection: 'Test stack', endpoint, region, pathStyle: true }, credentials: { accessKeyId, secretAccessKey } },
    spark,
  }
}
