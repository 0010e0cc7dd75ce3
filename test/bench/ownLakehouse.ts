import { createRequire } from 'node:module'
import type { ConnectionSetting } from '#app/settings.ts'

type Core = typeof import('#core.ts')

/** Loads the bundle as shipped; answers lakehouses that remember nothing, with the keys of S3 from the AWS_ variables. */
export function loadLakehouse(core: string, connections: readonly ConnectionSetting[] = []): () => ReturnType<Core['createLakehouse']> {
  // SAFETY: the bundle of that file.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const { createLakehouse } = createRequire(import.meta.url)(core) as Core
  const { env } = process
  const s3 = { accessKeyId: env['AWS_ACCESS_KEY_ID'] ?? '', secretAccessKey: env['AWS_SECRET_ACCESS_KEY'] ?? '' }
  return () =>
    createLakehouse({
      log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
      settings: {
        current: { connections, resultRows: 0, resultBytes: 0, stackEngine: 'auto' },
        onDidChange: () => ({ dispose: () => {} }),
      },
      secrets: () => Promise.resolve({ s3 }),
      projectFolder: '/',
      productFolder: '/',
      env: {},
    })
}
