import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { listeningInodes, portOwner } from '#process/portOwner.ts'

/** Lines of /proc/net/tcp: one that listens at 127.0.0.1:8080, one connected from there, one that listens at 0.0.0.0:5001. */
const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 111 1 0000000000000000 100 0 0 10 0
   1: 0100007F:1F90 0100007F:C350 01 00000000:00000000 00:00000000 00000000  1000        0 222 1 0000000000000000 20 4 30 10 -1
   2: 00000000:1389 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 333 1 0000000000000000 100 0 0 10 0
`

describe('the owner of a port', () => {
  it('is who listens, not who is connected', () => {
    assert.deepEqual(listeningInodes(table, 8080), ['111'])
    assert.deepEqual(listeningInodes(table, 5001), ['333'])
    assert.deepEqual(listeningInodes(table, 50_000), [])
  })

  it('is found among the processes of this machine', async function () {
    if (process.platform !== 'linux') this.skip()
    for (const host of ['127.0.0.1', '::1']) {
      const server = createServer()
      const port = await new Promise<number>(resolve => {
        server.listen(0, host, () => {
          const address = server.address()
          resolve(typeof address === 'object' && address ? address.port : 0)
        })
      })
      const owner = await portOwner(port)
      await new Promise(resolve => server.close(resolve))
      assert.equal(owner?.pid, process.pid)
      assert.notEqual(owner?.command, '')
      assert.equal(await portOwner(port), undefined)
    }
  })
})
