import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import { DeleteBucketCommand, DeleteObjectsCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { isProblem, type ProblemCode } from '#base/errors.ts'
import { openBuckets, openStore } from '#storage/openStore.ts'
import { defaultLimits } from '#storage/s3/client.ts'
import type { CredentialSource, S3Credentials } from '#storage/storeSpec.ts'
import { liveStack, type LiveStack } from '../support/liveStack.ts'
import { objectStoreContract } from '../support/objectStoreContract.ts'

const never = new AbortController().signal

describe('S3 on the live stack', function () {
  this.timeout(60_000)
  let stack: LiveStack
  let source: CredentialSource
  const buckets: string[] = []
  before(function () {
    stack = liveStack(this)
    source = () => Promise.resolve(stack.s3.credentials)
  })
  after(async () => {
    if (buckets.length > 0) await removeBuckets(stack, buckets)
  })

  async function freshBucket(): Promise<string> {
    const name = `test-${randomUUID()}`
    assert.equal(await openBuckets(stack.s3.endpoint, source).create(name, never), true)
    buckets.push(name)
    return name
  }

  describe('S3Store', () => {
    objectStoreContract(async () => ({
      store: openStore({ kind: 's3', ...stack.s3.endpoint, bucket: await freshBucket() }, source),
      end: () => Promise.resolve(),
      order: 'utf16',
    }))

    it('lists 2,500 keys in three pages of one request each', async () => {
      const store = openStore({ kind: 's3', ...stack.s3.endpoint, bucket: await freshBucket() }, source)
      const keys = Array.from({ length: 2500 }, (_, index) => `t/_delta_log/${String(index).padStart(20, '0')}.json`)
      for (let from = 0; from < keys.length; from += 50) {
        await Promise.all(keys.slice(from, from + 50).map(key => store.put(key, new Uint8Array(1), never)))
      }
      const first = await store.list({ prefix: 't/' }, never)
      const second = await store.list({ prefix: 't/', continuation: first.next ?? '' }, never)
      const third = await store.list({ prefix: 't/', continuation: second.next ?? '' }, never)
      assert.deepEqual(
        [first, second, third].flatMap(page => page.objects.map(object => object.key)),
        keys,
      )
      assert.deepEqual([first.objects.length, second.objects.length, third.objects.length, third.next], [1000, 1000, 500, undefined])
    })
  })

  describe('S3Buckets', () => {
    it('creates a bucket once and lists it with its time', async () => {
      const name = await freshBucket()
      assert.equal(await openBuckets(stack.s3.endpoint, source).create(name, never), false)
      const listed = await openBuckets(stack.s3.endpoint, source).list(never)
      const names = listed.map(bucket => bucket.name)
      assert.ok(names.includes(name))
      assert.deepEqual(names, names.toSorted())
      assert.ok(Math.abs((listed.find(bucket => bucket.name === name)?.created ?? 0) - Date.now()) < 600_000)
    })
  })

  describe('a failure is one clear problem', () => {
    interface Case {
      readonly name: string
      readonly endpoint?: () => string
      readonly credentials?: Partial<S3Credentials>
      readonly bucket?: string
      readonly code: ProblemCode
      readonly says: RegExp
      readonly hint: RegExp
    }
    const cases: readonly Case[] = [
      {
        name: 'nothing listens',
        endpoint: () => 'http://127.0.0.1:9',
        code: 'unreachable',
        says: /^Cannot list s3:\/\/bronze\/: nothing listens at http:\/\/127\.0\.0\.1:9\.$/,
        hint: /Start the service, or check the endpoint of "Test stack"/,
      },
      {
        name: 'an unknown host',
        endpoint: () => 'http://no-such-host.invalid:9000',
        code: 'unreachable',
        says: /cannot be resolved/,
        hint: /Check the endpoint of "Test stack"/,
      },
      {
        name: 'TLS asked of a server without it',
        endpoint: () => stack.s3.endpoint.endpoint.replace('http:', 'https:'),
        code: 'unreachable',
        says: /does not speak TLS/,
        hint: /http:\/\/ instead of https:\/\//,
      },
      {
        name: 'an address that is none',
        endpoint: () => 'localhost:9000',
        code: 'invalid',
        says: /"localhost:9000" is not the address of an S3 service/,
        hint: /http:\/\/host:port/,
      },
      {
        name: 'a wrong key id',
        credentials: { accessKeyId: 'nobody' },
        code: 'denied',
        says: /does not know the access key id/,
        hint: /access key id of "Test stack"/,
      },
      {
        name: 'a wrong secret',
        credentials: { secretAccessKey: 'wrong' },
        code: 'denied',
        says: /secret access key is wrong/,
        hint: /secret access key of "Test stack"/,
      },
      {
        name: 'no such bucket',
        bucket: 'no-such-bucket-anywhere',
        code: 'notFound',
        says: /there is no bucket no-such-bucket-anywhere at http/,
        hint: /name of the bucket/,
      },
    ]
    for (const { name, endpoint, credentials, bucket = 'bronze', code, says, hint } of cases) {
      it(`${name}: ${code}`, async () => {
        const spec = { kind: 's3', ...stack.s3.endpoint, ...(endpoint ? { endpoint: endpoint() } : {}), bucket } as const
        const store = openStore(spec, () => Promise.resolve({ ...stack.s3.credentials, ...credentials }))
        await assert.rejects(store.list({ prefix: '' }, never), error => isLike(error, code, hint, says))
        await assert.rejects(store.read('x', undefined, never), error => isLike(error, code, hint))
        await assert.rejects(store.stat('x', never), error => isLike(error, code, hint))
        await assert.rejects(store.put('x', new Uint8Array(1), never), error => isLike(error, code, hint))
      })
    }

    it('an anonymous answer of 403 AccessDenied: denied, with another hint than a wrong key', async () => {
      await withServer(
        (_, response) => response.writeHead(403).end('<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>'),
        async address => {
          const store = openStore({ kind: 's3', ...stack.s3.endpoint, endpoint: address, bucket: 'bronze' }, source)
          await assert.rejects(store.stat('x', never), error => isProblem(error, 'denied') && /check their policy/.test(error.hint ?? ''))
        },
      )
    })

    it('a server that never answers: timeout', async () => {
      await withServer(
        () => {},
        async address => {
          const limits = { ...defaultLimits, idleMs: 200, attempts: 2 }
          const store = openStore({ kind: 's3', ...stack.s3.endpoint, endpoint: address, bucket: 'bronze' }, source, limits)
          await assert.rejects(store.list({ prefix: '' }, never), error => isProblem(error, 'timeout') && error.hint !== undefined)
        },
      )
    })

    it('a server that is no S3 service: invalid', async () => {
      await withServer(
        (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html><body><p>Hello</body></html>'),
        async address => {
          const store = openStore({ kind: 's3', ...stack.s3.endpoint, endpoint: address, bucket: 'bronze' }, source)
          await assert.rejects(store.list({ prefix: '' }, never), error => isProblem(error, 'invalid') && /endpoint/.test(error.hint ?? ''))
        },
      )
    })

    it('a connection that breaks in the middle of the bytes: tried again, then unreachable', async () => {
      let asked = 0
      await withServer(
        (_, response) => {
          asked += 1
          response.writeHead(200, { 'content-length': '10' }).write('half', () => response.destroy())
        },
        async address => {
          const store = openStore({ kind: 's3', ...stack.s3.endpoint, endpoint: address, bucket: 'bronze' }, source)
          await assert.rejects(store.read('x', undefined, never), error => isProblem(error, 'unreachable'))
        },
      )
      assert.equal(asked, 3)
    })
  })

  it('asks for the credentials again when they are refused, and repeats the request', async () => {
    let asked = 0
    const renewed: CredentialSource = () => {
      asked += 1
      return Promise.resolve(asked === 1 ? { ...stack.s3.credentials, secretAccessKey: 'old' } : stack.s3.credentials)
    }
    const store = openStore({ kind: 's3', ...stack.s3.endpoint, bucket: 'bronze' }, renewed)
    await store.list({ prefix: 'nothing/' }, never)
    assert.equal(asked, 2)
  })

  it('ends a running request with the reason of the abort', async () => {
    await withServer(
      () => {},
      async address => {
        const store = openStore({ kind: 's3', ...stack.s3.endpoint, endpoint: address, bucket: 'bronze' }, source)
        const controller = new AbortController()
        const reason = new Error('enough')
        const listing = store.list({ prefix: '' }, controller.signal)
        setTimeout(() => controller.abort(reason), 50)
        await assert.rejects(listing, reason)
      },
    )
  })
})

function isLike(error: unknown, code: ProblemCode, hint: RegExp, says = /./): boolean {
  assert.ok(isProblem(error), String(error))
  assert.equal(error.code, code)
  assert.match(error.message, says)
  assert.match(error.hint ?? '', hint)
  return true
}

type Handler = NonNullable<Parameters<typeof createServer>[1]>

async function withServer(handler: Handler, task: (address: string) => Promise<void>): Promise<void> {
  const server: Server = createServer(handler)
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  try {
    await task(`http://127.0.0.1:${address.port}`)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

async function removeBuckets({ s3 }: LiveStack, names: readonly string[]): Promise<void> {
  const { endpoint, region } = s3.endpoint
  const client = new S3Client({
    endpoint,
    region,
    forcePathStyle: true,
    credentials: s3.credentials,
    requestChecksumCalculation: 'WHEN_REQUIRED',
  })
  for (const Bucket of names) {
    for (;;) {
      const { Contents } = await client.send(new ListObjectsV2Command({ Bucket }))
      if (!Contents || Contents.length === 0) break
      await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: Contents.map(({ Key }) => ({ Key })) } }))
    }
    await client.send(new DeleteBucketCommand({ Bucket }))
  }
  client.destroy()
}
