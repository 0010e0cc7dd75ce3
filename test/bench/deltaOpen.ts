import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { createTableReads } from '#app/deltaReads.ts'
import { findPlaces } from '#runtime/places.ts'
import { LocalStore } from '#storage/localStore.ts'
import { ensurePeersPython } from '../support/peersPython.ts'
import type { OpenReport } from './host/deltaOpen.ts'
import { runHostBench } from './hostBench.ts'
import { median, rowWithoutPeer, type BenchRow } from './row.ts'
import { makeSnapshotTable } from './snapshotTable.ts'

const runs = 5
const table = 'million'
/** Data files that are there; the first page of the preview needs no more. */
const realFiles = 40

/**
 * A table of a million files, opened in the Lakehouse view of five fresh extension hosts: the medians of each run's
 * longest pause of the host's event loop, of the time to the first page of files, and to the preview.
 */
export async function benchDeltaOpen(): Promise<readonly BenchRow[]> {
  const lake = join(findPlaces(process.env).cache, 'bench', 'delta-open')
  mkdirSync(lake, { recursive: true })
  // What a run that was ended left would stand beside the table.
  for (const name of readdirSync(lake)) if (name !== table) rmSync(join(lake, name), { recursive: true })
  await makeSnapshotTable(join(lake, table), await ensurePeersPython(AbortSignal.timeout(600_000)))
  await writeFirstFiles(lake)
  const workspace = mkdtempSync(join(tmpdir(), 'dfbench-'))
  const reports: OpenReport[] = []
  try {
    mkdirSync(join(workspace, '.vscode'))
    writeFileSync(join(workspace, '.vscode/settings.json'), JSON.stringify({ 'dataflow.connections': [{ name: 'bench', folder: lake }] }))
    const env = { DATAFLOW_BENCH_FOLDER: lake, DATAFLOW_BENCH_TABLE: table, DATAFLOW_HOME: join(workspace, 'home') }
    for (let run = 0; run < runs; run++) {
      // SAFETY: host/deltaOpen.ts wrote it.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      reports.push((await runHostBench('deltaOpen', workspace, env)) as OpenReport)
      process.stderr.write(`delta-open, ms: ${JSON.stringify(reports.at(-1))}\n`)
    }
  } finally {
    rmSync(workspace, { recursive: true, force: true })
  }
  return [
    rowWithoutPeer('delta-open/host-pause', median(reports.map(({ pauses }) => Math.max(...Object.values(pauses)))), 'ms'),
    rowWithoutPeer('delta-open/first-files', median(reports.map(({ firstFilesMs }) => firstFilesMs)), 'ms'),
    rowWithoutPeer('delta-open/preview', median(reports.map(({ previewMs }) => previewMs)), 'ms'),
  ]
}

/** Rows for the first files of the log, as many as their statistics say. */
async function writeFirstFiles(lake: string): Promise<void> {
  const reads = createTableReads(() => new LocalStore(lake))
  const place = { store: { kind: 'local', folder: lake }, key: table } as const
  const { files } = await reads.files({ place, at: {}, offset: 0, limit: realFiles }, new AbortController().signal)
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  for (const { path, numRecords } of files) {
    const file = join(lake, table, path)
    mkdirSync(dirname(file), { recursive: true })
    await connection.run(
      `COPY (SELECT range AS id, concat('name ', range) AS name FROM range(${numRecords ?? 0})) TO '${file}' (FORMAT parquet)`,
    )
  }
  connection.closeSync()
  instance.closeSync()
}
