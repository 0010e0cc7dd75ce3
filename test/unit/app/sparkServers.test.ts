import assert from 'node:assert/strict'
import { isProblem } from '#base/errors.ts'
import type { Connection } from '#app/connection.ts'
import { createSparkServers, type SparkServers } from '#app/sparkServers.ts'
import { explain } from '#spark/problem.ts'
import { SparkSession } from '#spark/session.ts'
import { FakeSpark } from '../../fakes/sparkServer.ts'

const never = new AbortController().signal

describe('Spark servers', () => {
  let spark: string | undefined
  let token: string | undefined
  let servers: SparkServers

  beforeEach(() => {
    spark = 'sc://127.0.0.1:15002'
    token = 'kept'
    const get = (name: string): Connection => (spark === undefined ? { name } : { name, spark })
    servers = createSparkServers({ get, sparkToken: async () => token }, { userId: 'me', clientType: 'test' })
  })

  afterEach(() => servers.dispose())

  it('keeps one channel as long as address and token stay', async () => {
    assert.equal(await servers.connect('lake', never), await servers.connect('lake', never))
  })

  it('opens another channel when the address or the token changes', async () => {
    const first = await servers.connect('lake', never)
    token = 'new'
    const second = await servers.connect('lake', never)
    spark = 'sc://127.0.0.1:15003'
    const third = await servers.connect('lake', never)
    assert.equal(new Set([first.transport, second.transport, third.transport]).size, 3)
    assert.equal(third.transport.address, '127.0.0.1:15003')
  })

  it('takes user and session from the address where it names them', async () => {
    spark = 'sc://[::1]:15002/;user_id=zoe;session_id=7c9e6679-7425-40de-944b-e07fc1f90ae7'
    const { userId, sessionId, transport } = await servers.connect('lake', never)
    assert.deepEqual([userId, sessionId, transport.address], ['zoe', '7c9e6679-7425-40de-944b-e07fc1f90ae7', '[::1]:15002'])
  })

  it('names the setting that a connection without Spark lacks', async () => {
    spark = undefined
    await assert.rejects(servers.connect('lake', never), error => isProblem(error, 'invalid') && error.message.includes('“lake”'))
  })

  it('sends no token in the clear where encryption is asked for', async () => {
    const fake = await FakeSpark.start()
    try {
      spark = `sc://127.0.0.1:${fake.port}/;use_ssl=true`
      const session = new SparkSession(await servers.connect('lake', never))
      const error = await session.version(never).then(
        () => undefined,
        (thrown: unknown) => explain(thrown, session),
      )
      assert.ok(isProblem(error, 'unreachable'), String(error))
      assert.deepEqual(fake.calls, [])
    } finally {
      fake.dispose()
    }
  })
})
