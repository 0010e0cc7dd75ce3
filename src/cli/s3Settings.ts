import type { S3Credentials } from '#storage/storeSpec.ts'
import type { Common } from './args.ts'

export type Env = Readonly<Record<string, string | undefined>>

/** The S3 service as flags and environment name it. */
export interface S3Settings {
  readonly endpoint?: string
  readonly region: string
  readonly pathStyle: boolean
  /** Absent for the default chain of AWS. */
  readonly credentials?: S3Credentials
  /** False when neither a flag nor a variable says which service is meant. */
  readonly isGiven: boolean
}

const decisive = ['AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL', 'AWS_ACCESS_KEY_ID', 'AWS_PROFILE'] as const

export function s3Settings(common: Common, env: Env): S3Settings {
  const variable = (name: string): string | undefined => (env[name] === '' ? undefined : env[name])
  const endpoint = common.endpoint ?? variable('AWS_ENDPOINT_URL_S3') ?? variable('AWS_ENDPOINT_URL')
  const credentials = credentialsOf(variable('AWS_ACCESS_KEY_ID'), variable('AWS_SECRET_ACCESS_KEY'), variable('AWS_SESSION_TOKEN'))
  return {
    ...(endpoint === undefined ? {} : { endpoint }),
    region: common.region ?? variable('AWS_REGION') ?? variable('AWS_DEFAULT_REGION') ?? 'us-east-1',
    pathStyle: common.pathStyle ?? endpoint !== undefined,
    ...(credentials === undefined ? {} : { credentials }),
    isGiven:
      common.endpoint !== undefined ||
      common.region !== undefined ||
      common.pathStyle !== undefined ||
      decisive.some(name => variable(name) !== undefined),
  }
}

function credentialsOf(accessKeyId?: string, secretAccessKey?: string, sessionToken?: string): S3Credentials | undefined {
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) }
}
