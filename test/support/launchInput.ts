import type { SparkRuntime } from '#runtime/sparkRuntime.ts'
import type { LaunchInput } from '#stack/local/recipe.ts'
import { composeService } from './composeProject.ts'

/** What a service is started with, with words for its secrets that a test can look for. */
export function launchInput(more: Partial<LaunchInput> = {}): LaunchInput {
  return {
    service: composeService('it'),
    secrets: { s3: { accessKeyId: 'THE-KEY', secretAccessKey: 'THE-SECRET' }, sparkToken: 'THE-TOKEN' },
    clusterSecret: 'THE-CLUSTER',
    folder: '/stack/it',
    ports: { main: 9001, ui: 4041, rpc: 7078 },
    addresses: { s3: 'http://127.0.0.1:9001' },
    definitions: new Map(),
    localise: text => text,
    ...more,
  }
}

export const sparkRuntime: SparkRuntime = {
  java: '/jre/bin/java',
  python: '/venv/bin/python',
  sparkHome: '/spark',
  sparkJars: '/jars/spark',
  s3proxyJars: '/jars/s3proxy',
}
