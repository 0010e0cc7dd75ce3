import { delimiter, dirname } from 'node:path'
import type { Role } from '#compose/roles.ts'
import type { Environment } from '#runtime/places.ts'
import { stackRegion } from '#stack/roles.ts'
import type { StackSecrets } from '#stack/types.ts'
import type { LaunchInput, ServicePorts } from './recipe.ts'

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

/** How programs of this machine reach those services of the stack that run. */
export function clientEnv(running: ReadonlyMap<Role, ServicePorts>, secrets: StackSecrets): Record<string, string> {
  const at = (role: Role, url: (port: number) => Record<string, string>): Record<string, string> => {
    const port = running.get(role)?.main
    return port === undefined ? {} : url(port)
  }
  return {
    ...at('s3', port => lakeEnv({ secrets, addresses: { s3: `http://127.0.0.1:${port}` } })),
    // By this name alone Spark's client sends a token without TLS.
    ...at('spark-connect', port => ({ SPARK_REMOTE: `sc://localhost:${port}/;token=${encodeURIComponent(secrets.sparkToken)}` })),
    ...at('mlflow', port => ({ MLFLOW_TRACKING_URI: `http://127.0.0.1:${port}` })),
    ...at('prefect', port => ({ PREFECT_API_URL: `http://127.0.0.1:${port}/api` })),
  }
}

/** A search path on which the programs of a Python environment come first. */
export function programsOf(python: string, env: Environment): Record<string, string> {
  const name = Object.keys(env).find(key => key.toUpperCase() === 'PATH') ?? 'PATH'
  return { [name]: [dirname(python), env[name]].filter(Boolean).join(delimiter) }
}
