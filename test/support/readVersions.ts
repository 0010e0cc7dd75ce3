import { readFileSync, writeFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { tableFromIPC } from 'apache-arrow'
import { createTableReads } from '#app/deltaReads.ts'
import type { Place } from '#app/place.ts'
import { jsonRecords } from '#arrow/json.ts'
import { openStore } from '#storage/openStore.ts'
import type { S3Credentials, S3Endpoint } from '#storage/storeSpec.ts'

/** What the process that runs this file is to read, and where it writes what it found. */
export interface ReadOrder {
  readonly endpoint: S3Endpoint & { readonly endpoint: string }
  readonly credentials: S3Credentials
  readonly tables: readonly { readonly name: string; readonly place: Place; readonly times: readonly string[] }[]
  readonly answers: string
}

/** One table as found: rows of each version by number, the history, and the version that each of `times` leads to. */
export interface FoundTable {
  readonly name: string
  readonly versions: Readonly<Record<string, { readonly rows: readonly string[]; readonly numRecords: number | null }>>
  readonly history: readonly FoundVersion[]
  readonly atTimes: readonly number[]
}

export interface FoundVersion {
  readonly version: number
  readonly timestamp: string
  readonly operation: string | null
  readonly operationMetrics: Readonly<Record<string, string>>
}

const never = new AbortController().signal

/** Lets this process talk to the object store and to nothing else. */
function allowOnly({ hostname, port }: URL): void {
  // oxlint-disable-next-line typescript/unbound-method
  const { connect } = Socket.prototype
  Socket.prototype.connect = function (this: Socket, ...args: unknown[]) {
    const flat: unknown = Array.isArray(args[0]) ? args[0][0] : args[0]
    const wanted = typeof flat === 'object' && flat !== null && 'port' in flat ? String(flat.port) : ''
    if (wanted !== port) throw new Error(`This process may only reach ${hostname}:${port}, not port ${wanted}.`)
    return Reflect.apply(connect, this, args)
  }
}

async function main(orderFile: string): Promise<void> {
  // SAFETY: sparkAnswers.ts wrote the file from a ReadOrder.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const order = JSON.parse(readFileSync(orderFile, 'utf8')) as ReadOrder
  allowOnly(new URL(order.endpoint.endpoint))
  const reads = createTableReads(spec => openStore(spec, () => Promise.resolve(order.credentials)))
  const found: FoundTable[] = []
  for (const { name, place, times } of order.tables) {
    const { entries } = await reads.history({ place, limit: 1000 }, never)
    const versions: Record<string, { rows: string[]; numRecords: number | null }> = {}
    for (const { version } of entries) {
      const { arrow } = await reads.rows({ place, at: { version }, rows: { offset: 0, limit: Infinity } }, never)
      const { numRecords } = await reads.describe({ place, at: { version } }, never)
      versions[version] = { rows: Array.from(jsonRecords(tableFromIPC(arrow)), row => JSON.stringify(row)).toSorted(), numRecords }
    }
    const atTimes: number[] = []
    for (const timestamp of times) atTimes.push((await reads.describe({ place, at: { timestamp } }, never)).version)
    const history = entries.map(({ version, timestamp, operation, operationMetrics }) => ({
      version,
      timestamp,
      operation,
      operationMetrics,
    }))
    found.push({ name, versions, history, atTimes })
  }
  writeFileSync(order.answers, JSON.stringify(found))
}

if (process.argv[1] === import.meta.filename) await main(process.argv[2] ?? '')
