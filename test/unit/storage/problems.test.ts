import assert from 'node:assert/strict'
import { isProblem, LakehouseError } from '#base/errors.ts'
import { localProblem } from '#storage/localProblems.ts'
import { isRefused, s3Problem } from '#storage/s3/problems.ts'

const own = { connection: 'lake', endpoint: 'http://s3:9000', region: 'us-east-1', pathStyle: true }
const aws = { connection: 'lake', region: 'eu-west-1', pathStyle: false }
const reading = { action: 'read', what: 's3://b/k', bucket: 'b' } as const

/** An error as the client of AWS throws it for an answer of the service. */
function answer(name: string, httpStatusCode: number, message = ''): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode } })
}

/** An error of the system below it. */
function broken(code: string): Error {
  return Object.assign(new Error(code), { code })
}

function told(problem: unknown): readonly string[] {
  assert.ok(isProblem(problem), String(problem))
  return [problem.code, problem.message, problem.hint ?? '']
}

describe('s3Problem', () => {
  for (const [error, code, message, hint] of [
    [answer('InvalidAccessKeyId', 403), 'denied', 'http://s3:9000 does not know the access key id', 'Check the access key id of "lake".'],
    [
      answer('SignatureDoesNotMatch', 403),
      'denied',
      'the secret access key is wrong for http://s3:9000',
      'Check the secret access key of "lake".',
    ],
    [
      answer('ExpiredToken', 400),
      'denied',
      'the session token has expired or is wrong',
      'Sign in again and renew the credentials of "lake".',
    ],
    [
      answer('AccessDenied', 403),
      'denied',
      'access denied',
      'The credentials of "lake" are known, but may not do this: check their policy.',
    ],
    [answer('Unknown', 403), 'denied', 'access denied', 'The credentials of "lake" are known, but may not do this: check their policy.'],
    [
      answer('RequestTimeTooSkewed', 403),
      'denied',
      'the clocks of this machine and of http://s3:9000 differ too much',
      'Set the clock of this machine.',
    ],
    [
      answer('NoSuchBucket', 404),
      'notFound',
      'there is no bucket b at http://s3:9000',
      'Check the name of the bucket, or create it, or check that "lake" means the right service.',
    ],
    [answer('NoSuchKey', 404), 'notFound', 'it does not exist', ''],
    [answer('Unknown', 404), 'notFound', 'it does not exist', ''],
    [
      answer('InvalidBucketName', 400),
      'invalid',
      'b cannot be the name of a bucket',
      'Use 3 to 63 small letters, digits, dots and hyphens.',
    ],
    [
      answer('PermanentRedirect', 301),
      'invalid',
      'the bucket is not in the region us-east-1',
      'Set the region of "lake" to that of the bucket.',
    ],
    [answer('SlowDown', 503), 'exhausted', 'http://s3:9000 asks for fewer requests', 'Try again in a moment.'],
    [answer('Unknown', 429), 'exhausted', 'http://s3:9000 asks for fewer requests', 'Try again in a moment.'],
    [answer('PreconditionFailed', 412, 'it is there'), 'conflict', 'http://s3:9000 answered PreconditionFailed: it is there', ''],
    [answer('NotImplemented', 501), 'unsupported', 'http://s3:9000 does not support this request', ''],
    [answer('InternalError', 500, 'disk'), 'failed', 'http://s3:9000 answered 500 InternalError: disk', ''],
    [answer('SyntaxError', 200), 'invalid', 'http://s3:9000 does not answer like an S3 service', 'Check the endpoint of "lake".'],
    [broken('ECONNREFUSED'), 'unreachable', 'nothing listens at http://s3:9000', 'Start the service, or check the endpoint of "lake".'],
    [
      new AggregateError([broken('ECONNREFUSED')]),
      'unreachable',
      'nothing listens at http://s3:9000',
      'Start the service, or check the endpoint of "lake".',
    ],
    [
      new Error('wrapped', { cause: broken('ENOTFOUND') }),
      'unreachable',
      'the name of http://s3:9000 cannot be resolved',
      'Check the endpoint of "lake".',
    ],
    [broken('EHOSTUNREACH'), 'unreachable', 'there is no route to http://s3:9000', 'Check the network and any VPN.'],
    [
      broken('ECONNRESET'),
      'unreachable',
      'http://s3:9000 closed the connection',
      'Try again; if it happens again, look into the log of the service.',
    ],
    [
      new Error('aborted'),
      'unreachable',
      'http://s3:9000 closed the connection',
      'Try again; if it happens again, look into the log of the service.',
    ],
    [broken('EPROTO'), 'unreachable', 'http://s3:9000 does not speak TLS', 'Give the endpoint of "lake" with http:// instead of https://.'],
    [
      broken('SELF_SIGNED_CERT_IN_CHAIN'),
      'unreachable',
      'the certificate of http://s3:9000 is not trusted (SELF_SIGNED_CERT_IN_CHAIN)',
      'Name the certificate authority in NODE_EXTRA_CA_CERTS, or check the host name.',
    ],
    [broken('HPE_INVALID_CONSTANT'), 'invalid', 'http://s3:9000 does not speak HTTP', 'Check the endpoint of "lake".'],
    [
      Object.assign(new Error('slow'), { name: 'TimeoutError' }),
      'timeout',
      'http://s3:9000 did not answer in time',
      'Check the network and whether the service is overloaded, then try again.',
    ],
    [
      Object.assign(new Error('none'), { name: 'CredentialsProviderError' }),
      'denied',
      'no credentials for http://s3:9000 were found',
      'Enter the keys of "lake", or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.',
    ],
  ] as const) {
    it(`${error.name} ${error.message}: ${code}, ${message}`, () => {
      assert.deepEqual(told(s3Problem(error, reading, own)), [code, `Cannot read s3://b/k: ${message}.`, hint])
    })
  }

  it('tells a listing that meets a bare 404 from one of a missing bucket', () => {
    const listing = { action: 'list', what: 's3://b/', bucket: 'b' } as const
    const message = 'Cannot list s3://b/: http://s3:9000 does not answer like an S3 service.'
    assert.deepEqual(told(s3Problem(answer('Unknown', 404), listing, own)), ['invalid', message, 'Check the endpoint of "lake".'])
  })

  it('names AWS itself where there is no endpoint, and keeps the cause', () => {
    const error = answer('AccessDenied', 403)
    const problem = s3Problem(answer('NoSuchBucket', 404), { action: 'list', what: 's3://b/', bucket: 'b' }, aws)
    assert.equal(told(problem)[1], 'Cannot list s3://b/: there is no bucket b at Amazon S3 (eu-west-1).')
    const kept = s3Problem(error, reading, aws)
    assert.ok(isProblem(kept))
    assert.equal(kept.cause, error)
  })

  it('leaves problems and bugs as they are', () => {
    const known = new LakehouseError('invalid', 'Known.')
    const bug = new TypeError('undefined is not a function')
    assert.equal(s3Problem(known, reading, own), known)
    assert.equal(s3Problem(bug, reading, own), bug)
    assert.equal(s3Problem('thrown', reading, own), 'thrown')
  })
})

describe('localProblem', () => {
  for (const [code, expected, message] of [
    ['ENOENT', 'notFound', 'There is no file /lake/x.'],
    ['EISDIR', 'notFound', 'There is no file /lake/x.'],
    ['EACCES', 'denied', 'Cannot read /lake/x: access denied.'],
    ['ENAMETOOLONG', 'invalid', 'Cannot read /lake/x: the name is too long for the file system.'],
    ['ENOSPC', 'exhausted', 'Cannot read /lake/x: ENOSPC.'],
    ['EIO', 'failed', 'Cannot read /lake/x: EIO.'],
  ] as const) {
    it(`${code}: ${expected}`, () => {
      assert.deepEqual(told(localProblem(broken(code), 'read', '/lake/x')).slice(0, 2), [expected, message])
    })
  }

  it('leaves an abort, a problem and a bug as they are', () => {
    for (const error of [broken('ABORT_ERR'), new LakehouseError('invalid', 'Known.'), new TypeError('bug')]) {
      assert.equal(localProblem(error, 'read', '/lake/x'), error)
    }
  })

  it('takes missing and insufficient credentials for ones that others may replace', () => {
    const names = ['AccessDenied', 'CredentialsProviderError', 'InvalidAccessKeyId', 'NoSuchKey']
    assert.deepEqual(
      names.filter(name => isRefused(Object.assign(new Error(name), { name }))),
      ['AccessDenied', 'CredentialsProviderError', 'InvalidAccessKeyId'],
    )
  })
})
