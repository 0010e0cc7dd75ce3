import { existsSync, mkdirSync, renameSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const begun = Date.UTC(2026, 0, 1)
const columns = ['id', 'name', 'amount', 'day', 'country']
const filesOfCommit = 3

/** A table of commits a second apart, of four actions and some 1.9 KB each, without a checkpoint. Made once. */
export function makeHistoryTable(folder: string, versions: number): void {
  if (existsSync(folder)) return
  const made = `${folder}-${process.pid}`
  mkdirSync(join(made, '_delta_log'), { recursive: true })
  for (let version = 0; version < versions; version += 1) {
    const file = join(made, '_delta_log', `${String(version).padStart(20, '0')}.json`)
    writeFileSync(
      file,
      actionsOf(version)
        .map(action => `${JSON.stringify(action)}\n`)
        .join(''),
    )
    utimesSync(file, timeOf(version) / 1000, timeOf(version) / 1000)
  }
  renameSync(made, folder)
}

function timeOf(version: number): number {
  return begun + version * 1000
}

function actionsOf(version: number): readonly object[] {
  const adds = Array.from({ length: filesOfCommit }, (_, index) => ({ add: addOf(version, index) }))
  return [{ commitInfo: commitInfoOf(version) }, ...(version === 0 ? headerActions() : []), ...adds]
}

function commitInfoOf(version: number): object {
  return {
    timestamp: timeOf(version),
    operation: 'WRITE',
    operationParameters: { mode: 'Append', partitionBy: '[]' },
    ...(version === 0 ? {} : { readVersion: version - 1 }),
    isolationLevel: 'Serializable',
    isBlindAppend: true,
    operationMetrics: { numFiles: String(filesOfCommit), numOutputRows: '3000', numOutputBytes: '12345' },
    engineInfo: 'Apache-Spark/4.0.1 Delta-Lake/4.0.0',
    txnId: idOf(version),
  }
}

function headerActions(): readonly object[] {
  const fields = columns.map(name => ({ name, type: 'string', nullable: true, metadata: {} }))
  const metaData = {
    id: idOf(0),
    format: { provider: 'parquet', options: {} },
    schemaString: JSON.stringify({ type: 'struct', fields }),
    partitionColumns: [],
    configuration: {},
    createdTime: begun,
  }
  return [{ protocol: { minReaderVersion: 1, minWriterVersion: 2 } }, { metaData }]
}

function addOf(version: number, index: number): object {
  return {
    path: `part-0000${index}-${idOf(version)}-c000.snappy.parquet`,
    partitionValues: {},
    size: 4115,
    modificationTime: timeOf(version),
    dataChange: true,
    stats: JSON.stringify({
      numRecords: 1000,
      minValues: { id: '0'.repeat(20), name: 'a'.repeat(24), amount: '1', day: '2026-01-01', country: 'AO' },
      maxValues: { id: '9'.repeat(20), name: 'z'.repeat(24), amount: '9', day: '2026-12-31', country: 'ZW' },
      nullCount: Object.fromEntries(columns.map(name => [name, 0])),
    }),
  }
}

function idOf(version: number): string {
  return `00000000-0000-4000-8000-${String(version).padStart(12, '0')}`
}
