import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createLakehouse } from '#app/lakehouse.ts'
import type { ConnectionSecrets } from '#app/connection.ts'
import { defaultSettings } from '#app/settings.ts'
import { Emitter } from '#base/event.ts'
import { silentLog } from '#base/log.ts'

const signal = new AbortController().signal
const worker = join(import.meta.dirname, '../../../src/worker.ts')

/** An S3 of nothing that accepts every key; which keys it was asked with is in `keys`. */
async function startS3(keys: string[]): Promise<Server> {
  const server = createServer((request, response) => {
    keys.push(/Credential=([^/]+)/.exec(request.headers.authorization ?? '')?.[1] ?? '')
    const name = (request.url ?? '').startsWith('/?') ? 'ListAllMyBucketsResult' : 'ListBucketResult'
    response.writeHead(200, { 'content-type': 'application/xml' }).end(`<${name}></${name}>`)
  })
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve))
  return server
}

describe('a change of the secrets of a connection', function () {
  this.timeout(20_000)

  it('reaches the open clients at once, also those of the reading thread', async () => {
    const keys: string[] = []
    const server = await startS3(keys)
    // SAFETY: a server that listens on a port has such an address.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const changed = new Emitter<string>()
    let kept: ConnectionSecrets = { s3: { accessKeyId: 'OLD', secretAccessKey: 'secret' } }
    const lakehouse = createLakehouse({
      log: silentLog,
      settings: { current: { ...defaultSettings, connections: [{ name: 'lake', endpoint }] }, onDidChange: new Emitter<never>().event },
      secrets: async () => kept,
      onDidChangeSecrets: changed.event,
      projectFolder: '/',
      productFolder: process.cwd(),
      workerFile: worker,
      env: {},
    })
    const store = { kind: 's3', connection: 'lake', bucket: 'b', endpoint, region: 'us-east-1', pathStyle: true } as const
    const use = async (): Promise<void> => {
      await lakehouse.catalog.children({ kind: 'connection', name: 'lake' }, signal)
      await lakehouse.reads.list({ store, request: { prefix: '', maxKeys: 1 } }, signal)
    }
    try {
      await use()
      kept = { s3: { accessKeyId: 'NEW', secretAccessKey: 'secret' } }
      const refreshed = new Promise<void>(resolve => void lakehouse.catalog.onDidChange(() => resolve()))
      changed.fire('lake')
      await refreshed
      await use()
      assert.deepEqual(keys, ['OLD', 'OLD', 'NEW', 'NEW'])
    } finally {
      lakehouse.dispose()
      server.closeAllConnections()
      server.close()
    }
  })
})
