import { resolve } from 'node:path'
import { systemClock } from '#base/clock.ts'
import { definedOnly } from '#runtime/childEnv.ts'
import { findPlaces } from '#runtime/places.ts'
import { findPython } from '#runtime/python.ts'
import { ensureEnvironment } from '#runtime/pythonEnvironment.ts'
import { ensureSparkRuntime, type SparkRuntime } from '#runtime/sparkRuntime.ts'
import { ensureUv } from '#runtime/uv.ts'

const locks = resolve(import.meta.dirname, '../../locks')
const signal = AbortSignal.timeout(20 * 60_000)

/** A Python environment of the product in its cache, installed where it is missing. */
export async function environmentFolder(name: 'spark' | 'mlflow' | 'prefect' | 'streamlit'): Promise<string> {
  if (name === 'spark') return resolve((await sparkRuntime()).python, '../..')
  const context = contextOf()
  const python = await findPython(context.env, signal)
  const spec = {
    name,
    title: name,
    lockFile: lockFile(name),
    buildLockFile: resolve(locks, 'build.txt'),
    finish: () => Promise.resolve(),
  }
  const openUv = () => ensureUv(resolve(locks, 'uv.txt'), python, context, signal)
  return (await ensureEnvironment(spec, { ...context, python, openUv }, signal)).folder
}

/** What an environment is made from. */
export function lockFile(name: 'spark' | 'mlflow' | 'prefect' | 'streamlit'): string {
  return resolve(locks, `${name}.txt`)
}

/** The product's jars in its cache. */
export async function jarsFolder(name: 'spark' | 's3proxy'): Promise<string> {
  const { sparkJars, s3proxyJars } = await sparkRuntime()
  return name === 'spark' ? sparkJars : s3proxyJars
}

async function sparkRuntime(): Promise<SparkRuntime> {
  return await ensureSparkRuntime(locks, contextOf(), signal)
}

function contextOf() {
  return { env: definedOnly(process.env), clock: systemClock, cache: findPlaces(process.env).cache, report: () => {} }
}
