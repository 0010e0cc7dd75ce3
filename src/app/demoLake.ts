import type { Json } from '#arrow/json.ts'
import { isProblem, LakehouseError } from '#base/errors.ts'
import type { ObjectStore, ObjectWriter } from '#storage/objectStore.ts'
import {
  defaultPlaces,
  demoPlan,
  layerLocation,
  rawKeys,
  rawViews,
  tablePath,
  type DemoLayer,
  type DemoPlaces,
  type DemoTablePlan,
} from './demoPlan.ts'

export interface DemoLakePorts {
  /** Runs one statement and answers its rows; always in the same Spark session, which is used for nothing else. */
  readonly run: (sql: string, signal: AbortSignal) => Promise<readonly Readonly<Record<string, Json>>[]>
  readonly openBucket: (bucket: string) => ObjectStore & ObjectWriter
  /** The raw files: stocks.csv and sp500-2000.csv of `vega-datasets`. */
  readonly csv: { readonly stocks: Uint8Array; readonly sp500: Uint8Array }
  readonly report: (progress: { readonly step: string; readonly done: number; readonly total: number }) => void
  /** The buckets bronze, silver and gold when absent. */
  readonly places?: DemoPlaces
}

const job = 'demo lake'
const stampSetting = 'spark.databricks.delta.commitInfo.userMetadata'

/**
 * Writes the demo lake, or what is missing of it, and registers its tables in the catalog. Every commit is stamped with its
 * step, so that a second run finds a complete lake and changes nothing, and an interrupted run is taken up where it ended.
 * Answers how many versions it wrote.
 * @throws LakehouseError `conflict` when a table of that name is there that the demo lake did not write
 */
export async function fillDemoLake(ports: DemoLakePorts, signal: AbortSignal): Promise<number> {
  const places = ports.places ?? defaultPlaces
  const plan = demoPlan(places)
  await putRawFiles(ports, places, signal)
  const missing: { readonly table: DemoTablePlan; readonly from: number }[] = []
  for (const table of plan) missing.push({ table, from: await stepsDone(ports, places, table, signal) })
  const total = missing.reduce((sum, { table, from }) => sum + table.steps.length - from, 0)
  if (total > 0) await writeMissing(ports, places, missing, total, signal)
  await register(ports, places, plan, signal)
  return total
}

async function putRawFiles(ports: DemoLakePorts, places: DemoPlaces, signal: AbortSignal): Promise<void> {
  const bucket = ports.openBucket(places.bronze.bucket)
  const keys = rawKeys(places)
  for (const [key, bytes] of [
    [keys.stocks, ports.csv.stocks],
    [keys.sp500, ports.csv.sp500],
  ] as const) {
    if ((await sizeOf(bucket, key, signal)) !== bytes.byteLength) await bucket.put(key, bytes, signal)
  }
}

async function sizeOf(bucket: ObjectStore, key: string, signal: AbortSignal): Promise<number | undefined> {
  try {
    return (await bucket.stat(key, signal)).size
  } catch (error) {
    if (isProblem(error, 'notFound')) return undefined
    throw error
  }
}

/** How many steps of a table are committed; commits after the last step are the user's own and do not matter. */
async function stepsDone(ports: DemoLakePorts, places: DemoPlaces, table: DemoTablePlan, signal: AbortSignal): Promise<number> {
  const layer = places[table.layer]
  const log = `${layer.prefix}${table.name}/_delta_log/0000`
  const { objects } = await ports.openBucket(layer.bucket).list({ prefix: log, maxKeys: 1 }, signal)
  if (objects.length === 0) return 0
  const stamps = new Map<number, string>()
  for (const { version, userMetadata } of await ports.run(`DESCRIBE HISTORY ${tablePath(layer, table.name)}`, signal)) {
    stamps.set(Number(version), typeof userMetadata === 'string' ? userMetadata : '')
  }
  const done = table.steps.findIndex((_, step) => !isStampOf(stamps.get(step) ?? '', table, step))
  if (done === -1) return table.steps.length
  if (done === stamps.size && done > 0) return done
  const location = tableLocation(layer, table.name)
  throw new LakehouseError(
    'conflict',
    `${location} holds a table that the demo lake did not write, or that was changed while it was filled.`,
    {
      hint: `Move or delete ${location}, then fill the demo lake again.`,
    },
  )
}

async function writeMissing(
  ports: DemoLakePorts,
  places: DemoPlaces,
  missing: readonly { readonly table: DemoTablePlan; readonly from: number }[],
  total: number,
  signal: AbortSignal,
): Promise<void> {
  for (const view of rawViews(places)) await ports.run(view, signal)
  let done = 0
  for (const { table, from } of missing) {
    for (const [step, { title, sql }] of table.steps.entries()) {
      if (step < from) continue
      ports.report({ step: `${table.layer}/${table.name}: ${title}`, done, total })
      await ports.run(`SET \`${stampSetting}\`=\`${stampOf(table, step)}\``, signal)
      await ports.run(sql, signal)
      done += 1
    }
  }
}

/**
 * So that `bronze.stocks_raw` works as a name. The tables lie outside of their database's own folder, which `DROP DATABASE …
 * CASCADE` deletes with all it holds.
 */
async function register(ports: DemoLakePorts, places: DemoPlaces, plan: readonly DemoTablePlan[], signal: AbortSignal): Promise<void> {
  for (const layer of [places.bronze, places.silver, places.gold]) {
    await ports.run(`CREATE DATABASE IF NOT EXISTS ${layer.database} LOCATION '${layerLocation(layer)}/warehouse'`, signal)
  }
  for (const { layer, name } of plan) {
    const { database } = places[layer]
    const known = await ports.run(`SHOW TABLES IN ${database} LIKE '${name}'`, signal)
    if (known.length > 0) continue
    await ports.run(`CREATE TABLE IF NOT EXISTS ${database}.${name} USING delta LOCATION '${tableLocation(places[layer], name)}'`, signal)
  }
}

function tableLocation(layer: DemoLayer, name: string): string {
  return `${layerLocation(layer)}/${name}`
}

function stampOf(table: DemoTablePlan, step: number): string {
  return JSON.stringify({ job, table: `${table.layer}/${table.name}`, step, title: table.steps[step]?.title })
}

/** Whatever the title: it is for people and may be worded anew. */
function isStampOf(stamp: string, table: DemoTablePlan, step: number): boolean {
  const upToTitle = JSON.stringify({ job, table: `${table.layer}/${table.name}`, step, title: '' }).slice(0, -2)
  return stamp.startsWith(upToTitle)
}
