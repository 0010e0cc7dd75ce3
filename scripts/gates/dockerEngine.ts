import { join, resolve } from 'node:path'
import { asError } from '#base/errors.ts'
import { findPlaces } from '#runtime/places.ts'
import { answers, missingForEngine, startEngine, type TestEngine } from '../../test/docker/engine.ts'
import { logFolder } from './command.ts'

/** Set to `start` where a run may install (scripts/setup.mjs) and start a Docker Engine of its own: it needs root. */
const wish = 'DATAFLOW_TEST_ENGINE'
const systemSocket = '/var/run/docker.sock'

/**
 * Names a Docker Engine to the suites, in DOCKER_HOST: the one that is there already, else one of this run's own where that is
 * wished, which it gives. Where there is none it says so, and the suites that need it are skipped.
 */
export async function openDockerEngine(say: (line: string) => void): Promise<TestEngine | undefined> {
  if (process.env['DOCKER_HOST']) return undefined
  if (process.env[wish] === 'start' && (await answers(systemSocket))) {
    process.env['DOCKER_HOST'] = `unix://${systemSocket}`
    return undefined
  }
  const outcome = await tryToStart()
  if (typeof outcome === 'string') {
    say(`  no Docker Engine: ${outcome}`)
    return undefined
  }
  process.env['DOCKER_HOST'] = outcome.host
  return outcome
}

/** An engine, or why there is none. */
async function tryToStart(): Promise<TestEngine | string> {
  if (process.env[wish] !== 'start') return `neither DOCKER_HOST nor ${wish}=start is set`
  const missing = missingForEngine()
  if (missing.length > 0) return `it needs ${missing.join(', ')}`
  try {
    const dataFolder = join(findPlaces(process.env).cache, 'docker-engine')
    return await startEngine({ dataFolder, logFile: resolve(logFolder, 'dockerd.log') })
  } catch (error) {
    return asError(error).message
  }
}
