import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

/** A request as the server got it. */
export interface Received {
  readonly method: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly headers: IncomingMessage['headers']
  /** As JSON where it is some, else as text. */
  readonly body: unknown
}

/** What to answer: an object or array is sent as JSON, a text as a web page; a function writes for itself. */
export type Reply = object | string | ((response: ServerResponse) => void)

export interface RestServer {
  readonly url: string
  readonly received: readonly Received[]
  close(): Promise<void>
}

/** An HTTP server on this machine that answers by a function. */
export async function startRestServer(reply: (request: Received) => Reply): Promise<RestServer> {
  const received: Received[] = []
  const server = createServer((request, response) => {
    void readRequest(request).then(one => {
      received.push(one)
      send(response, reply(one))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('The server has no port.')
  return {
    url: `http://127.0.0.1:${address.port}`,
    received,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** An answer with a status of its own. */
export function status(code: number, body: string, headers: Readonly<Record<string, string>> = {}): Reply {
  return response => void response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(body)
}

function send(response: ServerResponse, reply: Reply): void {
  if (typeof reply === 'function') reply(response)
  else if (typeof reply === 'string') response.setHeader('content-type', 'text/html').end(reply)
  else response.setHeader('content-type', 'application/json').end(JSON.stringify(reply))
}

async function readRequest(request: IncomingMessage): Promise<Received> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://server')
  let text = ''
  for await (const part of request.setEncoding('utf8')) text += String(part)
  const { method = '', headers } = request
  const body: unknown = headers['content-type'] === 'application/json' ? JSON.parse(text) : text
  return { method, path: pathname, query: Object.fromEntries(searchParams), headers, body }
}
