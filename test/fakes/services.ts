import type { SparkRuntime } from '#runtime/sparkRuntime.ts'
import type { ServiceSpec } from '#stack/local/spec.ts'
import type { ServiceName } from '#stack/types.ts'

/** A service that is a small Node program; it answers HTTP on its main port unless `script` says otherwise. */
export function fakeService(name: ServiceName, more: { needs?: ServiceSpec['needs']; port: number; script?: string }): ServiceSpec {
  return {
    name,
    role: name === 's3' ? 's3' : 'spark-connect',
    needs: more.needs ?? [],
    preferredPorts: { main: more.port },
    url: ({ main }) => `http://127.0.0.1:${main}`,
    probe: ({ main }) => ({ kind: 'http', port: main, path: '/' }),
    startMs: 10_000,
    stopMs: 2000,
    stale: ['*.lck'],
    launch: ({ ports, secrets, folder, urls }) => ({
      command: process.execPath,
      args: ['-e', `${more.script ?? ''};${answer}`],
      env: { PORT: String(ports.main), TOKEN: secrets.sparkToken, NEEDS: urls['s3'] ?? '' },
      files: { [`${folder}/settings`]: '' },
      folders: [],
    }),
  }
}

const answer = `require('http').createServer((q, s) => s.end()).listen(process.env.PORT, '127.0.0.1')`

/** Paths of things that no fake service runs. */
export const fakeRuntime: SparkRuntime = { java: '/java', python: '/python', sparkHome: '/spark', sparkJars: '/jars', s3proxyJars: '/jars' }
