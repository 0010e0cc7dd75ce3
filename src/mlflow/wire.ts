import { isWire, textAt, textOr, type Wire } from '#base/wire.ts'
import type { Point } from './series.ts'
import type { Artifact, Entry, Experiment, LatestMetric, Run, RunStatus, ServerPage } from './types.ts'

/** The JSON of MLflow's REST API as our types: https://mlflow.org/docs/latest/api_reference/rest-api.html */

const statuses: ReadonlyMap<string, RunStatus> = new Map([
  ['RUNNING', 'running'],
  ['SCHEDULED', 'scheduled'],
  ['FINISHED', 'finished'],
  ['FAILED', 'failed'],
  ['KILLED', 'killed'],
])

/** One page of a list, and where it goes on. @throws Error */
export function pageOf<T>(answer: unknown, name: string, read: (item: Wire) => T): ServerPage<T> {
  const next = isWire(answer) ? textOr(answer, 'next_page_token') : undefined
  return { items: listAt(answer, name).map(read), ...(next === undefined || next === '' ? {} : { next }) }
}

/** @throws Error */
export function objectAt(wire: unknown, name: string): Wire {
  const value = isWire(wire) ? wire[name] : undefined
  if (isWire(value)) return value
  throw new Error(`${name} is missing`)
}

/** @throws Error */
export function experimentOf(wire: Wire): Experiment {
  return { id: textAt(wire, 'experiment_id'), name: textAt(wire, 'name'), changed: numberOr(wire, 'last_update_time') }
}

/** @throws Error */
export function runOf(wire: Wire): Run {
  const info = objectAt(wire, 'info')
  const data = isWire(wire['data']) ? wire['data'] : {}
  const tags = listAt(data, 'tags').map(entryOf)
  const tag = (key: string): string | undefined => tags.find(each => each.key === key)?.value
  const id = textOr(info, 'run_id') ?? textAt(info, 'run_uuid')
  return {
    id,
    name: textOr(info, 'run_name') ?? tag('mlflow.runName') ?? id,
    experimentId: textAt(info, 'experiment_id'),
    status: statuses.get(textOr(info, 'status') ?? '') ?? 'unknown',
    started: numberOr(info, 'start_time'),
    ended: numberOr(info, 'end_time'),
    user: tag('mlflow.user') ?? textOr(info, 'user_id') ?? '',
    artifactUri: textOr(info, 'artifact_uri') ?? '',
    isDeleted: textOr(info, 'lifecycle_stage') === 'deleted',
    metrics: listAt(data, 'metrics').map(latestMetricOf),
    params: listAt(data, 'params').map(entryOf),
    tags,
  }
}

/** A key without a value has an empty one. @throws Error */
function entryOf(wire: Wire): Entry {
  return { key: textAt(wire, 'key'), value: textOr(wire, 'value') ?? '' }
}

function latestMetricOf(wire: Wire): LatestMetric {
  return {
    key: textAt(wire, 'key'),
    value: doubleAt(wire, 'value'),
    time: numberOr(wire, 'timestamp') ?? 0,
    step: integerOf(wire['step'] ?? 0),
  }
}

/** A value of a history. @throws Error */
export function pointOf(wire: Wire): Point {
  return { step: Number(wire['step'] ?? 0), time: numberOr(wire, 'timestamp') ?? 0, value: doubleAt(wire, 'value') }
}

/** @throws Error */
export function artifactOf(wire: Wire): Artifact {
  return { path: textAt(wire, 'path'), isFolder: wire['is_dir'] === true, size: numberOr(wire, 'file_size') }
}

/** A double as protobuf writes it into JSON: NaN and infinities are texts. @throws Error */
function doubleAt(wire: Wire, name: string): number {
  const value = wire[name]
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  if (value === 'NaN') return Number.NaN
  if (value === 'Infinity' || value === '-Infinity') return Number(value)
  throw new Error(`${name} is no number`)
}

/** Servers of earlier versions send whole numbers as texts. @throws Error */
function integerOf(value: unknown): bigint {
  if (typeof value === 'bigint') return value
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value)
  if (typeof value === 'string' && /^-?\d{1,19}$/.test(value)) return BigInt(value)
  throw new Error('a step is no whole number')
}

/** Undefined when the member is absent or no number. */
function numberOr(wire: Wire, name: string): number | undefined {
  const value = wire[name]
  const number = typeof value === 'string' && value !== '' ? Number(value) : value
  if (typeof number === 'bigint') return Number(number)
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}

/** The objects of a list; the server leaves out one that is empty. @throws Error */
function listAt(wire: unknown, name: string): readonly Wire[] {
  const value = isWire(wire) ? wire[name] : undefined
  if (value === undefined && isWire(wire)) return []
  if (Array.isArray(value) && value.every(isWire)) return value
  throw new Error(`${name} is no list`)
}
