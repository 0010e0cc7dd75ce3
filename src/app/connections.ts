import { LakehouseError } from '#base/errors.ts'
import { DisposableStore, type Disposable } from '#base/disposable.ts'
import { Emitter, type Event } from '#base/event.ts'
import type { AuthSource } from '#mlflow/types.ts'
import type { CredentialSource } from '#storage/storeSpec.ts'
import type { StackState } from '#stack/types.ts'
import { localStackName, parseConnection, type Connection, type ConnectionSecrets } from './connection.ts'
import type { SettingsSource } from './settings.ts'
import type { StackControl } from './stackControl.ts'

/** The lakes a user can reach: the running local stack first, then those of the settings. */
export interface Connections extends Disposable {
  list(): readonly Connection[]
  readonly onDidChange: Event<readonly Connection[]>
  /** @throws LakehouseError `notFound` */
  get(name: string): Connection
  readonly credentials: CredentialSource
  /** Undefined for a server that asks for none. */
  sparkToken(name: string, signal: AbortSignal): Promise<string | undefined>
  readonly mlflowAuth: AuthSource
}

export function createConnections(
  stack: Pick<StackControl, 'state' | 'onDidChange' | 'secrets'>,
  settings: SettingsSource,
  secrets: (connection: string) => Promise<ConnectionSecrets | undefined>,
): Connections {
  const store = new DisposableStore()
  const changed = store.add(new Emitter<readonly Connection[]>())
  const list = (): readonly Connection[] => {
    // The stack's secrets go by its name, so a setting of that name must not lead them elsewhere.
    const named = settings.current.connections.filter(({ name }) => name !== localStackName)
    return [...localConnection(stack.state), ...named.map(parseConnection)]
  }
  let announced = JSON.stringify(list())
  const announce = (): void => {
    const now = JSON.stringify(list())
    if (now === announced) return
    announced = now
    changed.fire(list())
  }
  store.add(stack.onDidChange(announce))
  store.add(settings.onDidChange(announce))
  const secretsOf = async (name: string, signal: AbortSignal): Promise<ConnectionSecrets | undefined> => {
    if (name !== localStackName) return await secrets(name)
    const own = await stack.secrets(signal)
    return own && { s3: own.s3, sparkToken: own.sparkToken }
  }
  return {
    list,
    onDidChange: changed.event,
    get: name => {
      const found = list().find(connection => connection.name === name)
      if (found) return found
      throw new LakehouseError('notFound', `There is no connection named “${name}”.`, {
        hint: name === localStackName ? 'Start the stack.' : 'Add it to the setting dataflow.connections.',
      })
    },
    credentials: async (name, signal) => (await secretsOf(name, signal))?.s3,
    sparkToken: async (name, signal) => (await secretsOf(name, signal))?.sparkToken,
    mlflowAuth: async (name, signal) => (await secretsOf(name, signal))?.mlflow,
    dispose: () => store.dispose(),
  }
}

function localConnection({ endpoints: { s3, spark, mlflow } }: StackState): readonly Connection[] {
  if (!s3 && !spark && !mlflow) return []
  return [
    {
      name: localStackName,
      ...(s3 ? { s3: { connection: localStackName, endpoint: s3.endpoint, region: s3.region, pathStyle: true } } : {}),
      ...(spark ? { spark: `sc://${spark.host}:${spark.port}` } : {}),
      ...(spark?.uiUrl === undefined ? {} : { sparkUiUrl: spark.uiUrl }),
      ...(mlflow ? { mlflow: mlflow.url } : {}),
    },
  ]
}
