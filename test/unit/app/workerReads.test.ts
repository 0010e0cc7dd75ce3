import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createWorkerReads } from '#app/workerReads.ts'
import type { ReadProgress } from '#base/progress.ts'

const signal = new AbortController().signal
const worker = join(import.meta.dirname, '../../../src/worker.ts')

describe('workerReads', () => {
  let folder = ''
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dataflow-worker-'))
    await mkdir(join(folder, 't/_delta_log'), { recursive: true })
    await writeFile(
      join(folder, 't/_delta_log/00000000000000000000.json'),
      [
        { protocol: { minReaderVersion: 1, minWriterVersion: 2 } },
        { metaData: { id: 'x', partitionColumns: [], configuration: {}, schemaString: '{"type":"struct","fields":[]}' } },
      ]
        .map(line => JSON.stringify(line))
        .join('\n'),
    )
  })
  after(() => rm(folder, { recursive: true }))

  const place = () => ({ store: { kind: 'local', folder } as const, key: 't' })

  it('reads in a thread and hands over bytes that own their buffer', async () => {
    const reads = createWorkerReads(worker, () => Promise.resolve(undefined))
    try {
      const described = await reads.describe({ place: place(), at: {} }, signal)
      assert.equal(described.version, 0)
      const { arrow, rows } = await reads.rows({ place: place(), at: {}, rows: { offset: 0, limit: Infinity } }, signal)
      assert.equal(rows, 0)
      assert.equal(arrow.byteLength, arrow.buffer.byteLength)
      assert.equal(arrow.constructor, Uint8Array)
    } finally {
      reads.dispose()
    }
  })

  it('hands over an expected failure with its code and hint', async () => {
    const reads = createWorkerReads(worker, () => Promise.resolve(undefined))
    try {
      await assert.rejects(reads.describe({ place: { ...place(), key: 'none' }, at: {} }, signal), { code: 'notFound', hint: /_delta_log/ })
    } finally {
      reads.dispose()
    }
  })

  it('asks the host for the secrets of a connection', async () => {
    const asked: string[] = []
    const reads = createWorkerReads(worker, connection => {
      asked.push(connection)
      return Promise.resolve({ accessKeyId: 'a', secretAccessKey: 'b' })
    })
    const store = {
      kind: 's3',
      connection: 'lake',
      bucket: 'b',
      endpoint: 'http://127.0.0.1:1',
      region: 'us-east-1',
      pathStyle: true,
    } as const
    try {
      await assert.rejects(reads.describe({ place: { store, key: 't' }, at: {} }, signal), { code: 'unreachable' })
      assert.deepEqual([...new Set(asked)], ['lake'])
    } finally {
      reads.dispose()
    }
  }).timeout(20_000)

  it('names a crash and starts a new thread for the next read', async () => {
    const dying = join(folder, 'dying.mjs')
    await writeFile(
      dying,
      `import { existsSync, writeFileSync } from 'node:fs'
       import { parentPort } from 'node:worker_threads'
       const mark = ${JSON.stringify(join(folder, 'died'))}
       if (existsSync(mark)) await import(${JSON.stringify(worker)})
       else parentPort.on('message', () => { writeFileSync(mark, ''); process.exit(3) })`,
    )
    const reads = createWorkerReads(dying, () => Promise.resolve(undefined))
    try {
      await assert.rejects(reads.describe({ place: place(), at: {} }, signal), { code: 'failed', message: /stopped unexpectedly.*code 3/ })
      assert.equal((await reads.describe({ place: place(), at: {} }, signal)).version, 0)
    } finally {
      reads.dispose()
    }
  }).timeout(20_000)

  it('tells how far a read is, from the thread', async () => {
    const reads = createWorkerReads(worker, () => Promise.resolve(undefined))
    const heard: ReadProgress[] = []
    try {
      await reads.describe({ place: place(), at: {} }, signal, progress => heard.push(progress))
      assert.deepEqual(heard, [{ stage: 'log', done: 0, total: 1, unit: 'files' }])
    } finally {
      reads.dispose()
    }
  })

  it('ends a read that is cancelled', async () => {
    const reads = createWorkerReads(worker, () => Promise.resolve(undefined))
    const controller = new AbortController()
    try {
      const read = reads.describe({ place: place(), at: {} }, controller.signal)
      controller.abort()
      await assert.rejects(read, { name: 'AbortError' })
    } finally {
      reads.dispose()
    }
  })
})
