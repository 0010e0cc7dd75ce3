import { delimiter, dirname } from 'node:path'
import type { Environment } from '#runtime/places.ts'
import { stackRegion } from '#stack/roles.ts'
import type { LaunchInput } from './recipe.ts'

/** How clients of S3 reach the object store of the stack. */
export function lakeEnv({ secrets, addresses }: Pick<LaunchInput, 'secrets' | 'addresses'>): Record<string, string> {
  return {
    AWS_ENDPOINT_URL_S3: addresses.s3 ?? '',
    AWS_REGION: stackRegion,
    AWS_DEFAULT_REGION: stackRegion,
    AWS_ACCESS_KEY_ID: secrets.s3.accessKeyId,
    AWS_SECRET_ACCESS_KEY: secrets.s3.secretAccessKey,
  }
}

/** A search path on which the programs of a Python environment come first. */
export function programsOf(python: string, env: Environment): Record<string, string> {
  const name = Object.keys(env).find(key => key.toUpperCase() === 'PATH') ?? 'PATH'
  return { [name]: [dirname(python), env[name]].filter(Boolean).join(delimiter) }
}
