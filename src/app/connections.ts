import { LakehouseError } from '#base/errors.ts'
import { DisposableStore, type Disposable } from '#base/disposable.ts'
import { Emitter, type Event } from '#base/event.ts'
import type { AuthSource } from '#mlflow/types.ts'
import type { CredentialSource } from '#storage/storeSpec.ts'
import type { StackState } from '#stack/types.ts'
import { localStackName, parseConnection, secretAddress, type Connection, type ConnectionSecrets, type SecretKind } from './connection.ts'
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
  const secretsOf = async (name: string, kind: SecretKind, signal: AbortSignal): Promise<ConnectionSecrets | undefined> => {
    if (name === localStackName) return await ownSecrets(stack, kind, signal)
    const kept = await secrets(name)
    if (kept?.addresses && kept[kind] !== undefined) checkAddress(get(name), kind, kept.addresses[kind])
    return kept
  }
  const get = (name: string): Connection => {
    const found = list().find(connection => connection.name === name)
    if (found) return found
    throw new LakehouseError('notFound', `There is no connection named “${name}”.`, {
      hint: name === localStackName ? 'Start the stack.' : 'Add it to the setting dataflow.connections.',
    })
  }
  return {
    list,
    onDidChange: changed.event,
    get,
    credentials: async (name, signal) => (await secretsOf(name, 's3', signal))?.s3,
    sparkToken: async (name, signal) => (await secretsOf(name, 'sparkToken', signal))?.sparkToken,
    mlflowAuth: async (name, signal) => (await secretsOf(name, 'mlflow', signal))?.mlflow,
    dispose: () => store.dispose(),
  }
}

async function ownSecrets(
  stack: Pick<StackControl, 'secrets'>,
  kind: SecretKind,
  signal: AbortSignal,
): Promise<ConnectionSecrets | undefined> {
  const own = await stack.secrets(signal)
  // Never the keys that this machine has for AWS.
  if (kind === 's3' && own?.s3.accessKeyId === '') {
    throw new LakehouseError('denied', 'The keys of the object store of this stack are not known.', {
      hint: 'Give them in the environment of its service, for example as MINIO_ROOT_USER and MINIO_ROOT_PASSWORD.',
    })
  }
  return own && { s3: own.s3, ...(own.sparkToken === '' ? {} : { sparkToken: own.sparkToken }) }
}

/** The settings of a folder may give a known name another address: the secrets kept for that name do not go there. */
function checkAddress(connection: Connection, kind: SecretKind, given: string | undefined): void {
  const address = secretAddress(connection, kind)
  if (address === given) return
  const what = { s3: 'keys', sparkToken: 'Spark token', mlflow: 'MLflow credentials' }[kind]
  const to = address === '' ? 'Amazon S3' : address
  const from = given === '' ? 'Amazon S3' : (given ?? 'another address')
  throw new LakehouseError('denied', `The ${what} of “${connection.name}” were given for ${from} and are not sent to ${to}.`, {
    hint: 'If the address in the setting dataflow.connections is right, set the credentials again.',
  })
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
