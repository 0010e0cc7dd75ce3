import { resolve } from 'node:path'
import { systemClock } from '#base/clock.ts'
import { definedOnly } from '#runtime/childEnv.ts'
import type { InstallProgress } from '#runtime/install.ts'
import { findPlaces } from '#runtime/places.ts'
import { findPython } from '#runtime/python.ts'
import { ensureEnvironment } from '#runtime/pythonEnvironment.ts'
import { ensureUv } from '#runtime/uv.ts'

const root = resolve(import.meta.dirname, '../..')

/**
 * The Python that has `deltalake` and `pyarrow`, for tests and benchmarks only: installed into the cache from `test/locks` where it
 * is missing. Some 60 MB of downloads the first time.
 */
export async function ensurePeersPython(signal: AbortSignal, report: (progress: InstallProgress) => void = () => {}): Promise<string> {
  const context = { env: definedOnly(process.env), clock: systemClock, cache: findPlaces(process.env).cache, report }
  const python = await findPython(context.env, signal)
  const spec = {
    name: 'peers',
    title: 'Peers',
    lockFile: resolve(root, 'test/locks/peers.txt'),
    buildLockFile: resolve(root, 'locks/build.txt'),
    finish: () => Promise.resolve(),
  }
  const openUv = () => ensureUv(resolve(root, 'locks/uv.txt'), python, context, signal)
  return (await ensureEnvironment(spec, { ...context, python, openUv }, signal)).python
}
