import assert from 'node:assert/strict'
import { UsageError } from '#cli/usageError.ts'
import { parseLocation, placeOf } from '#cli/location.ts'

const at = (argument: string) => parseLocation(argument, '/home/ana')

describe('parseLocation', () => {
  it('reads paths, file URIs and S3 addresses', () => {
    assert.deepEqual(at('lake/sales/'), { kind: 'local', folder: '/home/ana/lake/sales' })
    assert.deepEqual(at('/a b/c'), { kind: 'local', folder: '/a b/c' })
    assert.deepEqual(at('file:///a%20b/c/'), { kind: 'local', folder: '/a b/c' })
    assert.deepEqual(at('s3://bronze'), { kind: 's3', bucket: 'bronze', key: '' })
    assert.deepEqual(at('s3://bronze/'), { kind: 's3', bucket: 'bronze', key: '' })
    assert.deepEqual(at('s3a://bronze/a/b%20c/'), { kind: 's3', bucket: 'bronze', key: 'a/b%20c' })
    assert.deepEqual(at('S3://bronze/x'), { kind: 's3', bucket: 'bronze', key: 'x' })
    assert.deepEqual(at('odd:name/x'), { kind: 'local', folder: '/home/ana/odd:name/x' })
  })

  for (const argument of ['s3://', 's3:///key', 'gs://bucket/x', 'http://host/x', 'file://host/x']) {
    it(`refuses ${argument}`, () => {
      assert.throws(() => at(argument), UsageError)
    })
  }

  it('becomes a place of a service or of this machine', () => {
    const endpoint = { connection: 'c', region: 'r', pathStyle: true }
    assert.deepEqual(placeOf({ kind: 's3', bucket: 'b', key: 'k' }, endpoint), {
      store: { kind: 's3', ...endpoint, bucket: 'b' },
      key: 'k',
    })
    assert.deepEqual(placeOf({ kind: 'local', folder: '/f' }, endpoint), { store: { kind: 'local', folder: '/f' }, key: '' })
  })
})
