import assert from 'node:assert/strict'
import type { Common } from '#cli/args.ts'
import { s3Settings } from '#cli/s3Settings.ts'

const common: Common = { format: { kind: 'text' } }
const keys = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret' }

describe('s3Settings', () => {
  it('means AWS itself, by its own chain, where nothing is given', () => {
    assert.deepEqual(s3Settings(common, { AWS_REGION: '', HOME: '/h' }), { region: 'us-east-1', pathStyle: false, isGiven: false })
  })

  it('takes the usual variables', () => {
    const env = { ...keys, AWS_SESSION_TOKEN: 't', AWS_ENDPOINT_URL: 'http://a', AWS_ENDPOINT_URL_S3: 'http://b', AWS_DEFAULT_REGION: 'eu' }
    assert.deepEqual(s3Settings(common, env), {
      endpoint: 'http://b',
      region: 'eu',
      pathStyle: true,
      credentials: { accessKeyId: 'id', secretAccessKey: 'secret', sessionToken: 't' },
      isGiven: true,
    })
  })

  it('lets flags win over variables', () => {
    const flags = { ...common, endpoint: 'http://c', region: 'x', pathStyle: false }
    const { endpoint, region, pathStyle } = s3Settings(flags, { ...keys, AWS_ENDPOINT_URL: 'http://a', AWS_REGION: 'eu' })
    assert.deepEqual({ endpoint, region, pathStyle }, { endpoint: 'http://c', region: 'x', pathStyle: false })
  })

  it('counts a region in the environment as no word about which service is meant', () => {
    assert.equal(s3Settings(common, { AWS_REGION: 'eu' }).isGiven, false)
    assert.equal(s3Settings({ ...common, region: 'eu' }, {}).isGiven, true)
    assert.equal(s3Settings(common, { AWS_PROFILE: 'p' }).isGiven, true)
  })
})
