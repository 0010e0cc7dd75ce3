import { createLakehouse } from '../../src/core.ts'
import { fillDemoLake } from '#app/demoLake.ts'
import { localStackName } from '#app/connection.ts'
import type { Lakehouse } from '#app/lakehouse.ts'
import { defaultSettings } from '#app/settings.ts'
import { createSqlRunner } from '#app/sqlRunner.ts'
import { Emitter } from '#base/event.ts'
import { silentLog } from '#base/log.ts'
import { openStore } from '#storage/openStore.ts'
import type { StackEndpoints, StackProgress, StackState } from '#stack/types.ts'
import { readDemoCsv } from './demoCsv.ts'

type Report = (progress: StackProgress) => void

/** A lake needs both. */
export type LakeEndpoints = StackEndpoints & {
  readonly s3: NonNullable<StackEndpoints['s3']>
  readonly spark: Required<NonNullable<StackEndpoints['spark']>>
}

export type RunningStack = StackState & { readonly endpoints: LakeEndpoints }

/** The product itself on a project, without an editor. */
export function openLab(project: string): Lakehouse {
  return createLakehouse({
    log: silentLog,
    settings: { current: defaultSettings, onDidChange: new Emitter<never>().event },
    secrets: async () => undefined,
    projectFolder: project,
    productFolder: process.cwd(),
    env: process.env,
  })
}

/** Starts the stack and writes what is missing of the demo lake. */
export async function startDemo(lakehouse: Lakehouse, report: Report, signal: AbortSignal): Promise<RunningStack> {
  const state = await lakehouse.stack.change({ kind: 'up' }, report, signal)
  const { s3, spark } = state.endpoints
  if (!s3 || spark?.uiUrl === undefined) throw new Error(`The stack is ${state.kind} after its start.`)
  const session = 'demo lake'
  const { endpoint, region } = s3
  const store = { kind: 's3', connection: localStackName, endpoint, region, pathStyle: true } as const
  try {
    await fillDemoLake(
      {
        run: createSqlRunner(lakehouse.statements, localStackName, session),
        openBucket: bucket => openStore({ ...store, bucket }, lakehouse.connections.credentials),
        csv: await readDemoCsv(),
        report,
      },
      signal,
    )
  } finally {
    await lakehouse.statements.release(session)
  }
  return { ...state, endpoints: { ...state.endpoints, s3, spark: { ...spark, uiUrl: spark.uiUrl } } }
}
