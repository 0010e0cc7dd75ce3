import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import type { Disposable } from '#base/disposable.ts'

/** A port of this machine that leads to another one, and whose connections a test can break. */
export interface TcpProxy extends Disposable {
  readonly port: number
  /** Connections made so far. */
  readonly connections: number
  /** Resets all connections; new ones are accepted. */
  drop(): void
  /** Lets nothing through on the connections of now, and does not say so. */
  freeze(): void
}

export async function openTcpProxy(target: { readonly host: string; readonly port: number }): Promise<TcpProxy> {
  const sockets = new Set<Socket>()
  let connections = 0
  const server = createServer(near => {
    connections += 1
    const far = connect(target)
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => other.destroy())
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
      socket.pipe(other)
    }
  })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(0, '127.0.0.1', resolve)
  await promise
  const drop = (): void => {
    for (const socket of sockets) socket.resetAndDestroy()
  }
  return {
    // SAFETY: a server that listens on TCP has an address of this kind.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    port: (server.address() as AddressInfo).port,
    get connections() {
      return connections
    },
    drop,
    freeze: () => {
      for (const socket of sockets) socket.unpipe().pause()
    },
    dispose: () => {
      server.close()
      drop()
    },
  }
}
