import { join } from 'node:path'
import type { InstallContext } from './install.ts'
import { findPython } from './python.ts'
import { ensureEnvironment, type PythonEnvironment } from './pythonEnvironment.ts'
import { ensureUv } from './uv.ts'

/** A server that is too heavy to share an environment: each has its own lock. */
export type PythonServer = 'mlflow' | 'prefect' | 'streamlit'

const titles: Readonly<Record<PythonServer, string>> = { mlflow: 'MLflow', prefect: 'Prefect', streamlit: 'Streamlit' }

/** The environment of one server, installed from its lock where it is missing; what was fetched is kept when it fails. */
export async function ensureServerRuntime(
  name: PythonServer,
  locksFolder: string,
  context: InstallContext,
  signal: AbortSignal,
): Promise<PythonEnvironment> {
  const python = await findPython(context.env, signal)
  const spec = {
    name,
    title: titles[name],
    lockFile: join(locksFolder, `${name}.txt`),
    buildLockFile: join(locksFolder, 'build.txt'),
    finish: () => Promise.resolve(),
  }
  const openUv = () => ensureUv(join(locksFolder, 'uv.txt'), python, context, signal)
  return ensureEnvironment(spec, { ...context, python, openUv }, signal)
}
