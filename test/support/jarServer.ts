import { createReadStream, existsSync } from 'node:fs'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { basename, join } from 'node:path'
import { jarsFolder } from '../docker/productFolders.ts'

/** A Maven repository on the loopback address with the jars that the product has in its cache. */
export async function serveJars(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const folder = await jarsFolder('spark')
  const server = createServer(({ url = '' }, response) => {
    const file = join(folder, basename(url))
    if (existsSync(file)) createReadStream(file).pipe(response)
    else response.writeHead(404).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.close()
      await once(server, 'close')
    },
  }
}
