import assert from 'node:assert/strict'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { isProblem, type ProblemCode } from '#base/errors.ts'
import { openStore } from '#storage/openStore.ts'
import { defaultLimits } from '#storage/s3/client.ts'

const never = new AbortController().signal
const credentials = { accessKeyId: 'key', secretAccessKey: 'secret' }
const content = 'all of the bytes'
const attempts = defaultLimits.attempts

interface Trouble {
  readonly name: string
  readonly answer: (response: ServerResponse) => void
  readonly code: ProblemCode
  readonly says: RegExp
  /** The least between two attempts, ms. */
  readonly wait?: number
}

const told = (status: number, code: string) => (response: ServerResponse) =>
  response.writeHead(status, { 'content-type': 'application/xml' }).end(`<Error><Code>${code}</Code><Message>Not now.</Message></Error>`)

const troubles: readonly Trouble[] = [
  {
    name: 'a connection that is reset in the middle of the bytes',
    answer: response => response.writeHead(200, { 'content-length': '16' }).write('all', () => response.socket?.resetAndDestroy()),
    code: 'unreachable',
    says: /closed the connection/,
    wait: 45,
  },
  {
    name: 'a body that ends too early',
    answer: response => response.writeHead(200, { 'content-length': '16' }).write('all', () => response.socket?.end()),
    code: 'unreachable',
    says: /closed the connection/,
    wait: 45,
  },
  {
    name: 'a body that stops and never goes on',
    answer: response => response.writeHead(200, { 'content-length': '16' }).write('all'),
    code: 'timeout',
    says: /did not answer in time/,
    wait: 45,
  },
  { name: 'a server that never answers', answer: () => {}, code: 'timeout', says: /did not answer in time/ },
  { name: '503 SlowDown', answer: told(503, 'SlowDown'), code: 'exhausted', says: /asks for fewer requests/ },
  { name: '500 InternalError', answer: told(500, 'InternalError'), code: 'failed', says: /answered 500 InternalError: Not now/ },
]

const brokenList = (response: ServerResponse): boolean =>
  response.writeHead(200, { 'content-length': '900' }).write('<ListBucketResult><Contents>', () => response.socket?.resetAndDestroy())

describe('reading from S3 in trouble', function () {
  this.timeout(20_000)

  for (const { name, answer, code, says, wait = 0 } of troubles) {
    it(`tries again after ${name}`, async () => {
      await withServer(
        asked => (asked < attempts ? answer : response => response.end(content)),
        async (store, times) => {
          assert.equal(new TextDecoder().decode(await store.read('x', undefined, never)), content)
          assert.equal(times.length, attempts)
          const waits = times.slice(1).map((at, i) => at - (times[i] ?? 0))
          assert.ok(Math.min(...waits) >= wait, `waits of ${waits.join(', ')} ms`)
        },
      )
    })

    it(`gives up after ${name}, ${attempts} times: ${code}`, async () => {
      await withServer(
        () => answer,
        async (store, times) => {
          await assert.rejects(store.read('x', undefined, never), (error: unknown) => isProblem(error, code) && says.test(error.message))
          assert.equal(times.length, attempts)
        },
      )
    })
  }

  it('lists again when the list breaks off', async () => {
    const list = '<ListBucketResult><Contents><Key>k</Key><Size>3</Size></Contents></ListBucketResult>'
    await withServer(
      asked => (asked === 1 ? brokenList : response => response.end(list)),
      async store => {
        const { objects } = await store.list({ prefix: '' }, never)
        assert.deepEqual(
          objects.map(({ key, size }) => [key, size]),
          [['k', 3]],
        )
      },
    )
  })
})

/** Serves each request as the number of it says, from 1; `times` are when they came, ms. */
async function withServer(
  answerTo: (asked: number) => (response: ServerResponse) => unknown,
  task: (store: ReturnType<typeof openStore>, times: readonly number[]) => Promise<void>,
): Promise<void> {
  const times: number[] = []
  const server: Server = createServer((_, response) => answerTo(times.push(performance.now()))(response))
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  const endpoint = { connection: 'lake', endpoint: `http://127.0.0.1:${address.port}`, region: 'us-east-1', pathStyle: true }
  const limits = { ...defaultLimits, idleMs: 200 }
  try {
    await task(
      openStore({ kind: 's3', ...endpoint, bucket: 'b' }, () => Promise.resolve(credentials), limits),
      times,
    )
  } finally {
    server.closeAllConnections()
    server.close()
  }
}
