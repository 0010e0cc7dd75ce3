import { resolve } from 'node:path'
import type { Lakehouse } from '#app/lakehouse.ts'
import { localStackName } from '#app/connection.ts'
import type { Place } from '#app/place.ts'
import { defaultSettings, type ConnectionSetting } from '#app/settings.ts'
import { Emitter } from '#base/event.ts'
import { isProblem, LakehouseError } from '#base/errors.ts'
import { silentLog } from '#base/log.ts'
import type { S3Endpoint } from '#storage/storeSpec.ts'
import type { Common } from './args.ts'
import { followedReads } from './followedReads.ts'
import type { Io } from './io.ts'
import { parseLocation, placeOf } from './location.ts'
import { productFolder } from './product.ts'
import { s3Settings, type S3Settings } from './s3Settings.ts'

/** The connection that flags and environment describe. */
const ownName = 'command line'
const tokenVariable = 'SPARK_CONNECT_AUTHENTICATE_TOKEN'

/** The product as one command sees it. */
export interface Lab {
  readonly lakehouse: Lakehouse
  /** Runs a task on the place that an argument names. */
  at<T>(argument: string, task: (place: Place) => Promise<T>, signal: AbortSignal): Promise<T>
  /** Name of the connection whose Spark runs SQL. @throws LakehouseError `unreachable` when none is named and none runs */
  sparkConnection(signal: AbortSignal): Promise<string>
}

export async function openLab(common: Common, connect: string | undefined, io: Io): Promise<Lab> {
  const settings = s3Settings(common, io.env)
  const projectFolder = resolve(io.workingFolder, common.project ?? '.')
  const { createLakehouse } = await import('#core.ts')
  const token = io.env[tokenVariable]
  const core = createLakehouse({
    log: silentLog,
    settings: {
      current: { ...defaultSettings, connections: [ownConnection(settings, connect)], stackEngine: common.engine ?? 'auto' },
      onDidChange: new Emitter<never>().event,
    },
    secrets: () =>
      Promise.resolve({
        ...(settings.credentials ? { s3: settings.credentials } : {}),
        ...(token === undefined ? {} : { sparkToken: token }),
      }),
    projectFolder,
    productFolder: productFolder(),
    env: io.env,
  })
  const lakehouse: Lakehouse = { ...core, reads: followedReads(core.reads, io) }
  return {
    lakehouse,
    at: async (argument, task, signal) => {
      const location = parseLocation(argument, io.workingFolder)
      const endpoint = await endpointFor(lakehouse, location.kind, settings, signal)
      try {
        return await task(placeOf(location, endpoint))
      } catch (error) {
        throw location.kind === 's3' && !settings.isGiven && endpoint.connection === ownName ? hinted(error, projectFolder) : error
      }
    },
    sparkConnection: async signal => {
      if (connect !== undefined) return ownName
      const state = await lakehouse.stack.refresh(signal)
      if (state.endpoints.spark) return localStackName
      throw new LakehouseError('unreachable', `The local stack of ${projectFolder} does not run.`, {
        hint: 'Start it with "dataflow stack up", or name a server with --connect sc://host:port.',
      })
    },
  }
}

function ownConnection({ endpoint, region, pathStyle }: S3Settings, spark: string | undefined): ConnectionSetting {
  return { name: ownName, region, pathStyle, ...(endpoint === undefined ? {} : { endpoint }), ...(spark === undefined ? {} : { spark }) }
}

/** The running local stack where nothing else is given, or where its address is given without keys. */
async function endpointFor(
  lakehouse: Lakehouse,
  kind: 'local' | 's3',
  { endpoint, region, pathStyle, credentials, isGiven }: S3Settings,
  signal: AbortSignal,
): Promise<S3Endpoint> {
  const own = { connection: ownName, region, pathStyle, ...(endpoint === undefined ? {} : { endpoint }) }
  if (kind === 'local' || credentials !== undefined) return own
  if (isGiven && endpoint === undefined) return own
  const state = await lakehouse.stack.refresh(signal)
  const { s3 } = state.endpoints
  if (!s3) return own
  if (isGiven && endpoint?.replace(/\/$/, '') !== s3.endpoint.replace(/\/$/, '')) return own
  return { connection: localStackName, endpoint: s3.endpoint, region: s3.region, pathStyle: true }
}

function hinted(error: unknown, projectFolder: string): unknown {
  if (!isProblem(error, 'denied')) return error
  return new LakehouseError('denied', error.message, {
    hint: `No S3 setting is given and the local stack of ${projectFolder} does not run: start it with "dataflow stack up", or give --endpoint and AWS_ACCESS_KEY_ID.`,
    cause: error,
  })
}
