import { LakehouseError } from '#base/errors.ts'
import { createMlflowClient, type MlflowClient } from '#mlflow/client.ts'
import type { MlflowServer } from '#mlflow/types.ts'
import type { Connections } from './connections.ts'

/** The tracking servers of the connections. Nothing is asked of one before a client is used. */
export interface Tracking {
  /** In the order of the connections. */
  servers(): readonly MlflowServer[]
  /** @throws LakehouseError `notFound` for no such connection, `invalid` for one without a server or with an address that is none */
  client(connection: string): MlflowClient
}

export function createTracking({ list, get, mlflowAuth }: Pick<Connections, 'list' | 'get' | 'mlflowAuth'>): Tracking {
  const clients = new Map<string, MlflowClient>()
  return {
    servers: () => list().flatMap(({ name, mlflow }) => (mlflow === undefined ? [] : [{ connection: name, url: mlflow }])),
    client: name => {
      const { mlflow } = get(name)
      if (mlflow === undefined) {
        throw new LakehouseError('invalid', `The connection “${name}” has no MLflow server.`, {
          hint: 'Add "mlflow": "http://host:port" to it in the setting dataflow.connections.',
        })
      }
      const known = clients.get(name)
      if (known?.server.url === mlflow) return known
      const client = createMlflowClient({ connection: name, url: mlflow }, mlflowAuth)
      clients.set(name, client)
      return client
    },
  }
}
