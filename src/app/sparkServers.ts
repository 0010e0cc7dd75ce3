import type { Disposable } from '#base/disposable.ts'
import { LakehouseError } from '#base/errors.ts'
import { parseConnectionString } from '#spark/connectionString.ts'
import type { Connection } from './connection.ts'
import type { ConnectSpark, SparkServer } from './sparkSessions.ts'

/** Where the addresses and tokens come from; the app's connections. */
export interface SparkSource {
  /** @throws LakehouseError `notFound` */
  get(name: string): Connection
  sparkToken(name: string, signal: AbortSignal): Promise<string | undefined>
}

/** One channel to each Spark server, shared by its sessions. */
export interface SparkServers extends Disposable {
  /** @throws LakehouseError `invalid` when the connection has no Spark */
  readonly connect: ConnectSpark
}

export function createSparkServers(source: SparkSource, who: { readonly userId: string; readonly clientType: string }): SparkServers {
  const known = new Map<string, { readonly address: string; readonly server: SparkServer }>()
  const drop = (name: string): void => {
    known.get(name)?.server.transport.dispose()
    known.delete(name)
  }
  return {
    connect: async (name, signal) => {
      const { spark } = source.get(name)
      if (spark === undefined) {
        throw new LakehouseError('invalid', `The connection “${name}” has no Spark server.`, {
          hint: 'Add "spark": "sc://host:port" to it in the setting dataflow.connections.',
        })
      }
      const token = await source.sparkToken(name, signal)
      const { createGrpcTransport } = await import('#spark/grpcTransport.ts')
      const address = JSON.stringify([spark, token])
      const open = known.get(name)
      if (open?.address === address) return open.server
      drop(name)
      const target = parseConnectionString(spark, token)
      const shared = target.sessionId === undefined ? {} : { sessionId: target.sessionId }
      const server = { transport: createGrpcTransport(target), userId: target.userId ?? who.userId, clientType: who.clientType, ...shared }
      known.set(name, { address, server })
      return server
    },
    dispose: () => {
      for (const name of known.keys()) drop(name)
    },
  }
}
