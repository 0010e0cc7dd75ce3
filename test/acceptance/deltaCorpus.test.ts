import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createTableReads } from '#app/deltaReads.ts'
import type { Place } from '#app/place.ts'
import { isProblem } from '#base/errors.ts'
import { parseObjects } from '#delta/log/commits.ts'
import type { TableDescription, TableRows } from '#delta/types.ts'
import { isWire } from '#base/wire.ts'
import { LocalStore } from '#storage/localStore.ts'
import { canonicalRows, rowsHash } from '../support/canonicalRows.ts'
import { corpusFolder, readCorpus, type CorpusEntry } from '../support/deltaCorpus.ts'

const never = new AbortController().signal
const all = { offset: 0, limit: Infinity }
const pages = 3
const oddPageMost = 5000

describe('the Delta corpus', function () {
  this.timeout(60_000)
  const corpus = readCorpus()
  if (!corpus) {
    it('answers for every table of it', function () {
      process.stdout.write(`  Skipped: there is no corpus in ${corpusFolder}. Set DATAFLOW_DELTA_CORPUS to its folder.\n`)
      this.skip()
    })
    return
  }
  const reads = createTableReads(spec => {
    assert.equal(spec.kind, 'local')
    return new LocalStore(spec.kind === 'local' ? spec.folder : '')
  })

  for (const entry of corpus) {
    it(`answers for ${entry.name}${entry.doubt === undefined ? '' : ` (doubtful: ${entry.doubt})`}`, async () => {
      const place = placeOf(entry)
      const described = await codeOr(() => reads.describe({ place, at: {} }, never))
      assert.equal(described.code, entry.expect?.log ?? 'ok', described.message)
      if (described.value) assert.deepEqual(logAnswers(described.value), expectedLog(entry))
      if (described.value) await checkHistory(entry)

      const read = await codeOr(() => reads.rows({ place, at: {}, rows: all }, never))
      assert.equal(read.code, entry.expect?.rows ?? 'ok', read.message)
      if (read.value) {
        const rows = canonicalRows(read.value)
        assert.deepEqual({ count: read.value.rows, sha256: rowsHash(rows) }, { count: entry.rows?.count, sha256: entry.rows?.sha256 })
        assert.equal(read.value.truncated, false)
        assert.deepEqual(await inPages(place, rows.length), rows)
      }
      for (const [version, expected] of Object.entries(entry.versions ?? {})) await checkVersion(place, Number(version), expected)
    })
  }

  /** The same rows, page by page. */
  async function inPages(place: Place, count: number): Promise<readonly string[]> {
    const limit = Math.min(Math.ceil(count / pages) + 1, oddPageMost)
    const rows: string[] = []
    let page: TableRows
    do {
      page = await reads.rows({ place, at: {}, rows: { offset: rows.length, limit } }, never)
      rows.push(...canonicalRows(page))
      assert.equal(page.truncated, rows.length < count)
    } while (page.truncated)
    return rows
  }

  async function checkVersion(
    place: Place,
    version: number,
    expected: { readonly numFiles: number; readonly rowCount: number | null },
  ): Promise<void> {
    const { numFiles } = await reads.describe({ place, at: { version } }, never)
    const counted = expected.rowCount === null ? null : (await reads.rows({ place, at: { version }, rows: all }, never)).rows
    assert.deepEqual({ version, numFiles, rowCount: counted }, { version, ...expected })
  }

  async function checkHistory(entry: CorpusEntry): Promise<void> {
    const { entries } = await reads.history({ place: placeOf(entry), limit: 100_000 }, never)
    if (entry.history === undefined) return
    for (const [i, expected] of entry.history.entries()) {
      const found = entries[i]
      const info = await commitInfo(entry, found?.version ?? -1)
      assert.deepEqual({ ...Object.fromEntries(Object.keys(expected).map(key => [key, info[key]])), version: found?.version }, expected)
      assert.equal(found?.operation, expected['operation'])
    }
  }
})

function placeOf({ path }: CorpusEntry): Place {
  return { store: { kind: 'local', folder: join(corpusFolder, path) }, key: '' }
}

/** The whole commitInfo, of which the history shows a part. */
async function commitInfo({ path }: CorpusEntry, version: number): Promise<Readonly<Record<string, unknown>>> {
  const file = join(corpusFolder, path, '_delta_log', `${String(version).padStart(20, '0')}.json`)
  for (const { value } of parseObjects(await readFile(file), file)) {
    if (isWire(value) && isWire(value['commitInfo'])) return value['commitInfo']
  }
  throw new Error(`${file} has no commitInfo.`)
}

function logAnswers(table: TableDescription) {
  return {
    latestVersion: table.latestVersion,
    earliestVersion: table.earliestVersion,
    minReaderVersion: table.protocol.minReaderVersion,
    minWriterVersion: table.protocol.minWriterVersion,
    readerFeatures: table.protocol.readerFeatures.toSorted(),
    partitionColumns: table.partitionColumns,
    schema: table.schema?.fields.map(({ name, type }) => [name, type]) ?? null,
    numFiles: table.numFiles,
    sizeBytes: table.sizeBytes,
    numRecords: table.numRecords,
  }
}

function expectedLog(entry: CorpusEntry) {
  const { latestVersion, earliestVersion, minReaderVersion, minWriterVersion, readerFeatures, partitionColumns, schema } = entry
  const { numFiles, sizeBytes, numRecords } = entry
  const header = { latestVersion, earliestVersion, minReaderVersion, minWriterVersion, readerFeatures, partitionColumns, schema }
  return { ...header, numFiles, sizeBytes, numRecords }
}

/** The answer, or the code of an expected failure; bugs are thrown. */
async function codeOr<T>(task: () => Promise<T>): Promise<{ readonly code: string; readonly value?: T; readonly message?: string }> {
  try {
    return { code: 'ok', value: await task() }
  } catch (error) {
    if (isProblem(error)) return { code: error.code, message: error.message }
    throw error
  }
}
