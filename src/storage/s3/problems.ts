import { isProblem, LakehouseError, type ProblemCode } from '#base/errors.ts'
import { networkFault } from '#base/networkFault.ts'
import type { S3Endpoint } from '#storage/storeSpec.ts'

/** What a request was for, in the words of a message: "Cannot read s3://bronze/x". */
export interface Attempted {
  readonly action: 'list' | 'read' | 'write' | 'delete' | 'create'
  readonly what: string
  readonly bucket?: string
}

interface Told {
  readonly code: ProblemCode
  /** Ends the sentence "Cannot read …: ". */
  readonly why: string
  readonly hint?: string
}

/** The error code of the service, or the name of the client's error; empty for what is no error. */
export function errorName(error: unknown): string {
  return error instanceof Error ? error.name : ''
}

/** The HTTP status of an answer that was an error; undefined when there was no answer. */
export function httpStatus(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('$metadata' in error)) return undefined
  const metadata: unknown = error.$metadata
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined
}

const refusals: ReadonlySet<string> = new Set([
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'ExpiredToken',
  'InvalidToken',
  'TokenRefreshRequired',
  'AccessDenied',
  // The client found none: keys may have been entered since.
  'CredentialsProviderError',
])

/** True when other credentials may help. */
export function isRefused(error: unknown): boolean {
  return refusals.has(errorName(error))
}

/** A failure of the S3 client as a {@link LakehouseError}; what is none of its failures stays as it is. */
export function s3Problem(error: unknown, attempted: Attempted, endpoint: S3Endpoint): unknown {
  if (isProblem(error) || !(error instanceof Error)) return error
  const told = toldByService(error, attempted, endpoint) ?? toldByNetwork(error, endpoint) ?? toldByClient(error, endpoint)
  if (told === undefined) return error
  return new LakehouseError(told.code, `Cannot ${attempted.action} ${attempted.what}: ${told.why}.`, {
    ...(told.hint === undefined ? {} : { hint: told.hint }),
    details: { service: addressOf(endpoint), error: errorName(error) },
    cause: error,
  })
}

function toldByService(error: Error, attempted: Attempted, endpoint: S3Endpoint): Told | undefined {
  const status = httpStatus(error)
  if (status === undefined) return undefined
  const known = toldByName(error.name, attempted, endpoint)
  if (known) return known
  const at = addressOf(endpoint)
  if (status === 401 || status === 403) return denied(endpoint)
  // A listing finds nothing or no bucket; a bare 404 comes from something else at this address.
  if (status === 404) return attempted.action === 'list' ? notS3(endpoint) : { code: 'notFound', why: 'it does not exist' }
  if (status === 409 || status === 412) return { code: 'conflict', why: `${at} answered ${error.name}: ${error.message}` }
  if (status === 501) return { code: 'unsupported', why: `${at} does not support this request` }
  if (status === 429) return slowDown(at)
  if (error.name === 'SyntaxError' || status < 400) return notS3(endpoint)
  return { code: 'failed', why: `${at} answered ${status} ${error.name}${error.message === '' ? '' : `: ${error.message}`}` }
}

function toldByName(name: string, attempted: Attempted, endpoint: S3Endpoint): Told | undefined {
  const { connection, region } = endpoint
  const at = addressOf(endpoint)
  switch (name) {
    case 'InvalidAccessKeyId':
      return { code: 'denied', why: `${at} does not know the access key id`, hint: `Check the access key id of "${connection}".` }
    case 'SignatureDoesNotMatch':
      return { code: 'denied', why: `the secret access key is wrong for ${at}`, hint: `Check the secret access key of "${connection}".` }
    case 'ExpiredToken':
    case 'InvalidToken':
    case 'TokenRefreshRequired':
      return {
        code: 'denied',
        why: 'the session token has expired or is wrong',
        hint: `Sign in again and renew the credentials of "${connection}".`,
      }
    case 'AccessDenied':
    case 'AllAccessDisabled':
      return denied(endpoint)
    case 'RequestTimeTooSkewed':
      return { code: 'denied', why: `the clocks of this machine and of ${at} differ too much`, hint: 'Set the clock of this machine.' }
    case 'NoSuchBucket':
      return {
        code: 'notFound',
        why: `there is no bucket ${attempted.bucket ?? 'of this name'} at ${at}`,
        hint: `Check the name of the bucket, or create it, or check that "${connection}" means the right service.`,
      }
    case 'NoSuchKey':
    case 'NotFound':
      return { code: 'notFound', why: 'it does not exist' }
    case 'InvalidBucketName':
      return {
        code: 'invalid',
        why: `${attempted.bucket ?? 'this'} cannot be the name of a bucket`,
        hint: 'Use 3 to 63 small letters, digits, dots and hyphens.',
      }
    case 'PermanentRedirect':
    case 'AuthorizationHeaderMalformed':
    case 'IllegalLocationConstraintException':
      return {
        code: 'invalid',
        why: `the bucket is not in the region ${region}`,
        hint: `Set the region of "${connection}" to that of the bucket.`,
      }
    case 'SlowDown':
    case 'Throttling':
    case 'TooManyRequests':
      return slowDown(at)
    default:
      return undefined
  }
}

function denied({ connection }: S3Endpoint): Told {
  return {
    code: 'denied',
    why: 'access denied',
    hint: `The credentials of "${connection}" are known, but may not do this: check their policy.`,
  }
}

function notS3(endpoint: S3Endpoint): Told {
  return { code: 'invalid', why: `${addressOf(endpoint)} does not answer like an S3 service`, hint: wrongAddress(endpoint) }
}

function slowDown(at: string): Told {
  return { code: 'exhausted', why: `${at} asks for fewer requests`, hint: 'Try again in a moment.' }
}

function toldByNetwork(error: Error, endpoint: S3Endpoint): Told | undefined {
  return networkFault(error, { at: addressOf(endpoint), setting: `the endpoint of "${endpoint.connection}"` })
}

function toldByClient(error: Error, endpoint: S3Endpoint): Told | undefined {
  if (error.name !== 'CredentialsProviderError' && error.name !== 'TokenProviderError') return undefined
  return {
    code: 'denied',
    why: `no credentials for ${addressOf(endpoint)} were found`,
    hint: `Enter the keys of "${endpoint.connection}", or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.`,
  }
}

function wrongAddress({ connection }: S3Endpoint): string {
  return `Check the endpoint of "${connection}".`
}

function addressOf({ endpoint, region }: S3Endpoint): string {
  return endpoint ?? `Amazon S3 (${region})`
}
