import type { Role } from '#compose/roles.ts'
import { httpRecipe, type Recipe } from '#stack/local/recipe.ts'

export interface FakeProgram {
  readonly port: number
  readonly needs?: readonly Role[]
  readonly mayUse?: readonly Role[]
  readonly canScale?: boolean
  readonly isForgetful?: boolean
  /** Run before it listens. */
  readonly script?: string
}

/** A service that is a small Node program: it says that it begins, and answers HTTP on its main port unless `script` ends it. */
export function fakeRecipe({ port, script = '', ...more }: FakeProgram): Recipe {
  return {
    ...httpRecipe('/'),
    ...more,
    ports: { main: { container: 80, usual: port } },
    startMs: 10_000,
    stopMs: 2000,
    stale: ['*.lck'],
    data: ['data'],
    install: async () => ({
      launch: ({ service, ports, secrets, folder, addresses }) => ({
        command: process.execPath,
        args: ['-e', `console.log(process.env.NAME + ' begins');${script};${answer}`],
        env: {
          ...service.environment,
          NAME: service.name,
          PORT: String(ports.main),
          TOKEN: secrets.sparkToken,
          ADDRESSES: JSON.stringify(addresses),
        },
        files: { [`${folder}/settings`]: '' },
        folders: [`${folder}/data`],
      }),
    }),
  }
}

const answer = `require('http').createServer((q, s) => s.end()).listen(process.env.PORT, '127.0.0.1')`
