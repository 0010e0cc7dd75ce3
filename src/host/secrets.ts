import * as vscode from 'vscode'
import { LakehouseError } from '#base/errors.ts'
import type { ConnectionSecrets } from '#app/connection.ts'
import type { MlflowAuth } from '#mlflow/types.ts'
import type { S3Credentials } from '#storage/storeSpec.ts'

/** Keys of connections, in the secret storage of VS Code and nowhere else. */
export interface Secrets {
  get(connection: string): Promise<ConnectionSecrets | undefined>
  set(connection: string, secrets: ConnectionSecrets): Promise<void>
  forget(connection: string): Promise<void>
}

export function createSecrets(storage: vscode.SecretStorage): Secrets {
  return {
    get: async connection => parseSecrets(await storage.get(key(connection))),
    set: async (connection, secrets) => await storage.store(key(connection), JSON.stringify(secrets)),
    forget: async connection => await storage.delete(key(connection)),
  }
}

function key(connection: string): string {
  return `connection:${connection}`
}

/** @throws LakehouseError `corrupt` for text that this extension did not write; the text is not repeated. */
export function parseSecrets(stored: string | undefined): ConnectionSecrets | undefined {
  if (stored === undefined) return undefined
  const whole = parseJson(stored)
  const s3 = parseS3(member(whole, 's3'))
  const sparkToken = member(whole, 'sparkToken')
  const mlflow = parseMlflow(member(whole, 'mlflow'))
  return { ...(s3 ? { s3 } : {}), ...(typeof sparkToken === 'string' ? { sparkToken } : {}), ...(mlflow ? { mlflow } : {}) }
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
