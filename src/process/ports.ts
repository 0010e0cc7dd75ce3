import { connect, createServer } from 'node:net'
import { LakehouseError } from '#base/errors.ts'

const loopback = '127.0.0.1'
const connectMs = 500
const nearby = 20

/**
 * A port on the loopback address that nobody uses: the preferred one, else one of the next 20, else any.
 *
 * @param taken ports given away but not yet in use
 * @throws LakehouseError `exhausted` when the machine has none.
 */
export async function freePort(preferred: number, taken: ReadonlySet<number> = new Set()): Promise<number> {
  for (let port = preferred; port <= preferred + nearby; port += 1) {
    if (!taken.has(port) && (await isFree(port))) return port
  }
  for (let i = 0; i < nearby; i += 1) {
    const port = await tryListen(0)
    if (port !== undefined && !taken.has(port)) return port
  }
  throw new LakehouseError('exhausted', `No free port near ${preferred} on ${loopback}.`)
}

/** A server on all addresses does not everywhere keep others from listening on one of them, so both ways are tried. */
async function isFree(port: number): Promise<boolean> {
  return !(await answers(port)) && (await tryListen(port)) !== undefined
}

function answers(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect({ host: loopback, port, timeout: connectMs })
    const end = (answer: boolean) => (): void => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', end(true)).once('error', end(false)).once('timeout', end(false))
  })
}

function tryListen(port: number): Promise<number | undefined> {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', () => resolve(undefined))
    server.listen({ host: loopback, port, exclusive: true }, () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : undefined))
    })
  })
}
