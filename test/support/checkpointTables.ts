import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { add, logInMemory, metadata, protocol, remove, type LogInMemory } from './deltaLog.ts'
import { Dice } from './randomValues.ts'
import { seededRandom } from './random.ts'

/** The same random table twice: its files in a checkpoint with commits after it, and all of them in commits. */
export interface TablePair {
  readonly stored: LogInMemory
  readonly listed: LogInMemory
  /** For messages. */
  readonly layout: string
  readonly version: number
}

type Layout = 'classic' | 'multipart' | 'sidecars' | 'json'

interface RandomAdd {
  readonly path: string
  readonly size: number
  readonly partitionValues: Readonly<Record<string, string | null>>
  readonly stats?: string
  readonly stats_parsed?: { readonly numRecords: number }
  readonly deletionVector?: ReturnType<typeof vector>
}

/** A table that follows from a seed. Takes some 50 ms. */
export async function makeTablePair(seed: number): Promise<TablePair> {
  const dice = new Dice(seededRandom(seed))
  const layout: Layout = dice.pick(['classic', 'classic', 'multipart', 'sidecars', 'json'])
  const codec = dice.pick(['snappy', 'zstd', 'gzip', 'uncompressed'])
  const pages = dice.pick(['V1', 'V2'])
  const count = dice.pick([0, 1, 7, 60, 2500, 5000])
  const statistics = layout === 'json' ? 'text' : dice.pick(['text', 'parsed', 'both', 'none'] as const)
  const adds = Array.from({ length: count }, (_, i) => randomAdd(dice, i, statistics))
  const [stored, listed] = [logInMemory(), logInMemory()]
  const head = [protocol, metadata()]
  await listed.commit(0, [...head, ...adds.map(inCommit)])
  await writeCheckpoint(stored, { layout, codec, pages, rows: interleave(dice, head, adds) })
  let live: readonly RandomAdd[] = adds
  let version = 0
  for (const commits = dice.below(4); version < commits;) {
    version += 1
    const { actions, after } = randomCommit(dice, live, version)
    live = after
    for (const log of [stored, listed]) await log.commit(version, actions)
  }
  return { stored, listed, version, layout: `${layout} ${codec} ${pages} ${statistics}, ${count} files, ${version} commits` }
}

function randomAdd(dice: Dice, i: number, statistics: 'text' | 'parsed' | 'both' | 'none'): RandomAdd {
  const folder = dice.pick(['', 'day=2024-01-01/', 'day=a%20b/', 'ü/', 's3a://other/'])
  const long = dice.chance(0.5) ? `${'0123456789abcdef'.repeat(2)}-c000.snappy.parquet` : ''
  const stats = dice.pick([
    `{"numRecords":${i % 900}}`,
    `{"numRecords":${i % 900},"minValues":{"id":${i}}}`,
    `{"minValues":{"id":1},"numRecords":${i}}`,
    `{"numRecords": ${i}}`,
    '{"numRecords":-1}',
    '{"nullCount":{}}',
    'no JSON',
    '',
  ])
  const isText = statistics === 'text' || (statistics === 'both' && dice.chance(0.5))
  return {
    path: `${folder}part-${i}-${long}`,
    size: dice.pick([0, i, 2 ** 31 + i, 2 ** 52 + i]),
    partitionValues: dice.pick([
      {},
      { day: null },
      { day: '' },
      { day: `2024-01-${i % 28}` },
      { day: 'x', hour: `${i % 5}` },
      { hour: 'x', day: null },
    ]),
    ...(isText && dice.chance(0.9) ? { stats } : {}),
    ...((statistics === 'parsed' || statistics === 'both') && dice.chance(0.9) ? { stats_parsed: { numRecords: i % 700 } } : {}),
    ...(dice.chance(0.1) ? { deletionVector: vector(dice) } : {}),
  }
}

function vector(dice: Dice) {
  const pathOrInlineDv = dice.pick(['ab^-aqEH.-t@S}K{vb[*k^', '^-aqEH.-t@S}K{vb[*k^'])
  return { storageType: 'u', pathOrInlineDv, offset: dice.below(5), sizeInBytes: 40, cardinality: dice.below(50) }
}

/** What a commit says of it: that knows no parsed statistics. */
function inCommit({ stats_parsed: parsed, ...file }: RandomAdd): unknown {
  const stats = file.stats ?? (parsed && JSON.stringify(parsed))
  return add(file.path, { ...file, stats })
}

/** Removes some files, gives some another deletion vector, adds some and adds some again. */
function randomCommit(dice: Dice, live: readonly RandomAdd[], version: number) {
  const actions: unknown[] = []
  const after = new Map(live.map(file => [file, file]))
  for (let i = dice.below(20); i > 0 && live.length > 0; i -= 1) {
    const file = dice.pick(live)
    if (!after.delete(file)) continue
    const { path, deletionVector } = file
    const encoded = dice.chance(0.3) ? path.replace('part', 'p%61rt') : path
    if (!dice.chance(0.2)) actions.push(remove(encoded, deletionVector ? { deletionVector } : {}))
    else if (!deletionVector) after.set(file, file)
    const again = dice.chance(0.5) ? { ...file, deletionVector: vector(dice) } : undefined
    if (!again) continue
    actions.push(inCommit(again))
    after.set(again, again)
  }
  for (let i = dice.below(5); i > 0; i -= 1) {
    const file = randomAdd(dice, version * 10_000 + i, 'text')
    actions.push(inCommit(file))
    after.set(file, file)
  }
  return { actions: actions.toSorted(() => dice.below(3) - 1), after: [...after.values()] }
}

type Row = Readonly<Record<string, unknown>>

/** Rows of a checkpoint: files with all else somewhere between them. */
function interleave(dice: Dice, head: readonly unknown[], adds: readonly RandomAdd[]): readonly Row[] {
  const rows: unknown[] = adds.map(file => ({ add: file }))
  const tombstones = dice.chance(0.5) ? [remove('gone.parquet'), { txn: { appId: 'x', version: 1 } }] : []
  for (const row of [...head, ...tombstones]) rows.splice(dice.below(rows.length + 1), 0, row)
  // SAFETY: all of them are objects of one member.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return rows as readonly Row[]
}

interface Written {
  readonly layout: Layout
  readonly codec: string
  readonly pages: string
  readonly rows: readonly Row[]
}

async function writeCheckpoint(log: LogInMemory, { layout, rows, ...written }: Written): Promise<void> {
  const name = `${'0'.repeat(20)}.checkpoint`
  const put = async (file: string, part: readonly Row[]): Promise<number> => {
    const bytes = await parquetOf(part, written)
    await log.store.put(`t/_delta_log/${file}`, bytes)
    return bytes.byteLength
  }
  const half = Math.ceil(rows.length / 2)
  const halves = [rows.slice(0, half), rows.slice(half)]
  if (layout === 'classic') await put(`${name}.parquet`, rows)
  else if (layout === 'json') await log.put(`${name}.${uuid}.json`, [{ checkpointMetadata: { version: 0 } }, ...rows])
  else if (layout === 'multipart') {
    for (const [i, part] of halves.entries()) await put(`${name}.${digits(i + 1)}.${digits(2)}.parquet`, part)
  } else {
    const sidecars: Row[] = []
    for (const [i, part] of halves.entries()) {
      const path = `side ${i}.parquet`
      const sizeInBytes = await put(
        `_sidecars/${path}`,
        part.filter(row => 'add' in row),
      )
      sidecars.push({ sidecar: { path: encodeURIComponent(path), sizeInBytes } })
    }
    await put(`${name}.${uuid}.parquet`, [...rows.filter(row => !('add' in row)), ...sidecars])
  }
}

const uuid = '3a0d65cd-4056-49b8-937b-95f9e3ee90e5'
const digits = (part: number): string => String(part).padStart(10, '0')

const vectorType = 'STRUCT("storageType" VARCHAR, "pathOrInlineDv" VARCHAR, "offset" INTEGER, "sizeInBytes" INTEGER, cardinality BIGINT)'
const columnTypes: Readonly<Record<string, string>> = {
  txn: 'STRUCT("appId" VARCHAR, "version" BIGINT)',
  add: `STRUCT(path VARCHAR, "partitionValues" MAP(VARCHAR, VARCHAR), size BIGINT, stats VARCHAR, stats_parsed STRUCT("numRecords" BIGINT), "deletionVector" ${vectorType})`,
  remove: 'STRUCT(path VARCHAR, "dataChange" BOOLEAN)',
  metaData: 'STRUCT(id VARCHAR, "schemaString" VARCHAR, "partitionColumns" VARCHAR[], configuration MAP(VARCHAR, VARCHAR))',
  protocol: 'STRUCT("minReaderVersion" INTEGER, "minWriterVersion" INTEGER)',
  sidecar: 'STRUCT(path VARCHAR, "sizeInBytes" BIGINT)',
}

let connection: Promise<DuckDBConnection> | undefined

async function parquetOf(rows: readonly Row[], { codec, pages }: Pick<Written, 'codec' | 'pages'>): Promise<Uint8Array> {
  connection ??= DuckDBInstance.create(':memory:').then(async instance => await instance.connect())
  const folder = await mkdtemp(join(tmpdir(), 'dataflow-checkpoint-'))
  const [from, to] = [join(folder, 'rows.json'), join(folder, 'rows.parquet')]
  await writeFile(from, rows.map(row => JSON.stringify(row)).join('\n'))
  const types = Object.entries(columnTypes).map(([name, type]) => `'${name}': '${type}'`)
  const source = `read_json('${from}', format = 'newline_delimited', columns = {${types.join(', ')}})`
  const options = `FORMAT parquet, CODEC '${codec}', PARQUET_VERSION ${pages}, ROW_GROUP_SIZE 2048`
  await (await connection).run(`COPY (SELECT * FROM ${source}) TO '${to}' (${options})`)
  const bytes = await readFile(to)
  await rm(folder, { recursive: true })
  return bytes
}
