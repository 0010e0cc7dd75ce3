import { unreachable } from '#base/unreachable.ts'
import type { S3Credentials, S3Endpoint } from '#storage/storeSpec.ts'
import type { MlflowAuth } from '#mlflow/types.ts'
import type { ConnectionSetting } from './settings.ts'

/** The name of the stack of this workspace among the connections. */
export const localStackName = 'Local stack'

/** Where a lake is: an S3 service or a folder, a Spark server, and a tracking server. Holds no secret. */
export interface Connection {
  readonly name: string
  readonly s3?: S3Endpoint
  /** The buckets to show where the service is not to be asked for them. */
  readonly buckets?: readonly string[]
  /** Absolute path of a local folder that holds tables. */
  readonly folder?: string
  /** Connection string of a Spark Connect server: `sc://host:port/;key=value`. */
  readonly spark?: string
  /** Base address of Spark's own UI; absent when not known. */
  readonly sparkUiUrl?: string
  /** Tracking URI of an MLflow server. */
  readonly mlflow?: string
}

/** Secrets of one connection. */
export interface ConnectionSecrets {
  readonly s3?: S3Credentials
  readonly sparkToken?: string
  readonly mlflow?: MlflowAuth
  /** Where each of them may be sent to; absent where they came together with the connection. */
  readonly addresses?: SecretAddresses
}

export type SecretKind = 's3' | 'sparkToken' | 'mlflow'
export type SecretAddresses = Readonly<Partial<Record<SecretKind, string>>>

/** Where the secrets of a connection go; the S3 of AWS itself is the empty address. */
export function secretAddress({ s3, spark, mlflow }: Connection, kind: SecretKind): string | undefined {
  switch (kind) {
    case 's3':
      return s3 && addressText(s3.endpoint ?? '')
    case 'sparkToken':
      return spark === undefined ? undefined : addressText(spark)
    case 'mlflow':
      return mlflow === undefined ? undefined : addressText(mlflow)
    default:
      return unreachable(kind)
  }
}

function addressText(address: string): string {
  return address.trim().replace(/\/+$/, '')
}

/** A setting as a connection: a folder where one is named, else S3; neither where it names a tracking server and nothing else. */
export function parseConnection(setting: ConnectionSetting): Connection {
  const { name, folder, buckets, spark, mlflow, ...s3 } = setting
  const isTrackingOnly = mlflow !== undefined && [folder, buckets, spark, ...Object.values(s3)].every(value => value === undefined)
  const lake = folder === undefined ? { s3: s3Of(setting) } : { folder }
  return {
    name,
    ...(isTrackingOnly ? {} : lake),
    ...(buckets === undefined ? {} : { buckets }),
    ...(spark === undefined ? {} : { spark }),
    ...(mlflow === undefined ? {} : { mlflow }),
  }
}

function s3Of({ name, endpoint, region, pathStyle }: ConnectionSetting): S3Endpoint {
  return {
    connection: name,
    region: region ?? 'us-east-1',
    // Only AWS itself is sure to answer bucket.endpoint; a service at an address of its own rarely has a name per bucket.
    pathStyle: pathStyle ?? endpoint !== undefined,
    ...(endpoint === undefined ? {} : { endpoint }),
  }
}
