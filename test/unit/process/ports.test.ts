import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { freePort } from '#process/ports.ts'

describe('a free port', () => {
  const servers: Server[] = []
  afterEach(() => {
    for (const server of servers.splice(0)) server.close()
  })

  const listen = async (host: string): Promise<number> => {
    const server = createServer().listen(0, host)
    servers.push(server)
    await once(server, 'listening')
    const address = server.address()
    return typeof address === 'object' && address ? address.port : 0
  }

  it('is the preferred one when nobody has it', async () => {
    const port = await listen('127.0.0.1')
    servers.pop()?.close()
    assert.equal(await freePort(port), port)
  })

  it('is another when a server listens on it, also one on all addresses', async () => {
    for (const host of ['127.0.0.1', '0.0.0.0']) {
      const port = await listen(host)
      assert.notEqual(await freePort(port), port)
    }
  })

  it('is none that was given away before', async () => {
    const port = await freePort(41_000)
    assert.notEqual(await freePort(port, new Set([port])), port)
  })
})
