import * as vscode from 'vscode'
import { LakehouseError } from '#base/errors.ts'
import type { Event } from '#base/event.ts'
import type { ConnectionSecrets, SecretAddresses } from '#app/connection.ts'
import type { MlflowAuth } from '#mlflow/types.ts'
import type { S3Credentials } from '#storage/storeSpec.ts'

/** Keys of connections, in the secret storage of VS Code and nowhere else. */
export interface Secrets {
  get(connection: string): Promise<ConnectionSecrets | undefined>
  set(connection: string, secrets: ConnectionSecrets): Promise<void>
  forget(connection: string): Promise<void>
  /** The name of a connection whose secrets were kept, replaced or forgotten, in this window or another. */
  readonly onDidChange: Event<string>
}

export function createSecrets(storage: vscode.SecretStorage): Secrets {
  return {
    get: async connection => parseSecrets(await storage.get(key(connection))),
    set: async (connection, secrets) => await storage.store(key(connection), JSON.stringify(secrets)),
    forget: async connection => await storage.delete(key(connection)),
    onDidChange: listener =>
      storage.onDidChange(changed => {
        if (changed.key.startsWith(prefix)) listener(changed.key.slice(prefix.length))
      }),
  }
}

const prefix = 'connection:'

function key(connection: string): string {
  return `${prefix}${connection}`
}

/** @throws LakehouseError `corrupt` for text that this extension did not write; the text is not repeated. */
export function parseSecrets(stored: string | undefined): ConnectionSecrets | undefined {
  if (stored === undefined) return undefined
  const whole = parseJson(stored)
  const s3 = parseS3(member(whole, 's3'))
  const sparkToken = member(whole, 'sparkToken')
  const mlflow = parseMlflow(member(whole, 'mlflow'))
  const addresses = parseAddresses(member(whole, 'addresses'))
  return { ...(s3 ? { s3 } : {}), ...(typeof sparkToken === 'string' ? { sparkToken } : {}), ...(mlflow ? { mlflow } : {}), addresses }
}

/** None for secrets that an earlier version kept without: they are asked for again. */
function parseAddresses(value: unknown): SecretAddresses {
  const [s3, sparkToken, mlflow] = ['s3', 'sparkToken', 'mlflow'].map(kind => member(value, kind))
  return {
    ...(typeof s3 === 'string' ? { s3 } : {}),
    ...(typeof sparkToken === 'string' ? { sparkToken } : {}),
    ...(typeof mlflow === 'string' ? { mlflow } : {}),
  }
}

function parseS3(value: unknown): S3Credentials | undefined {
  const [accessKeyId, secretAccessKey, sessionToken] = ['accessKeyId', 'secretAccessKey', 'sessionToken'].map(name => member(value, name))
  if (typeof accessKeyId !== 'string' || typeof secretAccessKey !== 'string') return undefined
  return { accessKeyId, secretAccessKey, ...(typeof sessionToken === 'string' ? { sessionToken } : {}) }
}

function parseMlflow(value: unknown): MlflowAuth | undefined {
  const [kind, token, username, password] = ['kind', 'token', 'username', 'password'].map(name => member(value, name))
  if (kind === 'bearer' && typeof token === 'string') return { kind, token }
  if (kind !== 'basic' || typeof username !== 'string' || typeof password !== 'string') return undefined
  return { kind, username, password }
}

function parseJson(stored: string): unknown {
  try {
    return JSON.parse(stored)
  } catch {
    throw new LakehouseError('corrupt', vscode.l10n.t('The stored credentials cannot be read.'), {
      hint: vscode.l10n.t('Set them again.'),
    })
  }
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}
