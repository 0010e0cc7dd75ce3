import assert from 'node:assert/strict'
import { tableToIPC, Table, Utf8, vectorFromArray } from 'apache-arrow'
import { readPage } from '#arrow/page.ts'
import { settingKeys } from '#host/ids.ts'
import type { ResultMetadata } from '#protocol/result.ts'
import { rowsOfPage } from '../../../webview/shared/grid/rows.ts'
import { blockText, blockTextNow } from '../../../webview/shared/grid/tsv.ts'
import { visiblePieces } from '../../../webview/shared/grid/visibleText.ts'
import { stringsFor, type Strings } from '../../../webview/shared/strings.ts'
import { resultBytes } from '../../../webview/result/resultBytes.ts'
import { resultFacts } from '../../../webview/result/resultFacts.ts'
import { readSavedPage } from '../../../webview/preview/savedState.ts'

const pageOf = (columns: Readonly<Record<string, readonly (string | null)[]>>) =>
  readPage(
    tableToIPC(
      new Table(Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, vectorFromArray(values, new Utf8())]))),
      'stream',
    ),
  )

const block = (rows: number, columns: number) => ({ rows: { first: 0, end: rows }, columns: { first: 0, end: columns } })

describe('copied cells', () => {
  const rows = rowsOfPage(pageOf({ a: ['x', null, 'tab\there', '"q"'], b: ['', 'two\nlines', 'z', 'say "hi"'] }))

  it('are lines of exact text between tabs, quoted only where that is needed', () => {
    assert.deepEqual(blockTextNow(rows, block(4, 2)), {
      text: ['x\t', '\t"two\nlines"', '"tab\there"\tz', '"""q"""\tsay "hi"'].join('\n'),
      rows: 4,
    })
  })

  it('are the same when they have to be loaded', async () => {
    assert.deepEqual(await blockText(rows, block(4, 2), new AbortController().signal), blockTextNow(rows, block(4, 2)))
  })

  it('are the bare value when there is one', () => {
    const one = { rows: { first: 1, end: 2 }, columns: { first: 1, end: 2 } }
    assert.equal(blockTextNow(rows, one)?.text, 'two\nlines')
  })

  it('end at a hundred thousand rows', () => {
    const many = rowsOfPage({ columns: [], rows: 200_000, bytes: 0, cell: row => ({ kind: 'number', text: String(row), clipped: false }) })
    const copied = blockTextNow(many, block(200_000, 1))
    assert.deepEqual([copied?.rows, copied?.text.slice(-6)], [100_000, '\n99999'])
  })
})

describe('text on one line', () => {
  it('is one piece when every character shows', () => {
    assert.deepEqual(visiblePieces('שלום 😀 \u200d'), [{ text: 'שלום 😀 \u200d' }])
    assert.deepEqual(visiblePieces(''), [{ text: '' }])
  })

  it('marks what is invisible or turns text around, and loses nothing', () => {
    const text = 'a\nb\u202Ec\t\u0000\uFEFF'
    const pieces = visiblePieces(text)
    assert.deepEqual(
      pieces.map(({ mark }) => mark),
      [undefined, '↵', undefined, 'U+202E', undefined, '⇥', '␀', 'U+FEFF'],
    )
    assert.equal(pieces.map(piece => piece.text).join(''), text)
  })
})

describe('texts of the pages', () => {
  it('are Portuguese for every Portuguese, English for all others', () => {
    assert.deepEqual(
      ['pt-br', 'pt', 'pt-PT', 'en', 'de', '', 'ptolemaic'].map(tag => stringsFor(tag).language),
      ['pt-BR', 'pt-BR', 'pt-BR', 'en', 'en', 'en', 'en'],
    )
  })

  it('are translated one by one', () => {
    const leaves = (strings: object): string[] =>
      Object.entries(strings).flatMap(([key, value]: [string, unknown]) =>
        typeof value === 'object' && value !== null ? leaves(value).map(leaf => `${key}.${leaf}`) : [`${key}: ${shown(value)}`],
      )
    const [english, brazilian] = [leaves(stringsFor('en')), leaves(stringsFor('pt-br'))]
    assert.equal(english.length, brazilian.length)
    assert.deepEqual(
      english.filter(text => brazilian.includes(text)),
      ['detail.bytes: 1 bytes'],
    )
  })
})

describe('facts below a result', () => {
  const english: Strings = stringsFor('en')
  const texts = (rows: number, metadata?: ResultMetadata, bytes = 8 * 1024 * 1024 - 300): string =>
    resultFacts({ rows, bytes, metadata }, english)
      .map(({ text, setting }) => (setting === undefined ? text : `${text} (${setting})`))
      .join(' · ')

  it('count rows, say where they were cut and how long it took', () => {
    const metadata = { rows: 10_000, cut: 'rows', statementId: 's', durationMs: 2412 } as const
    assert.equal(texts(10_000, metadata), '10,000 rows · cut at 10,000 rows (dataflow.results.maxRows) · 2.4 s')
    assert.equal(texts(1, { ...metadata, cut: 'bytes', durationMs: 850.4 }), '1 row · cut at 8 MiB (dataflow.results.maxBytes) · 850 ms')
    assert.match(texts(1, { ...metadata, cut: 'bytes' }, 98_304), / cut at 96 KiB /)
    assert.equal(texts(0, { ...metadata, cut: null, durationMs: 185_000 }), 'No rows · 3 min 05 s')
    assert.equal(texts(2, { ...metadata, cut: null, durationMs: 59_990 }), '2 rows · 60 s')
  })

  it('name the settings as the manifest does', () => {
    const metadata = { rows: 1, statementId: 's', durationMs: 1 }
    const settings = (['rows', 'bytes'] as const).flatMap(cut =>
      resultFacts({ rows: 1, bytes: 1, metadata: { ...metadata, cut } }, english).flatMap(({ setting }) => setting ?? []),
    )
    assert.deepEqual(settings, [`dataflow.${settingKeys.resultRows}`, `dataflow.${settingKeys.resultBytes}`])
  })

  it('are fewer where the metadata is missing', () => {
    assert.equal(texts(3), '3 rows')
  })
})

describe('bytes of an output', () => {
  it('are base64 text, or Arrow itself in files of others', () => {
    const arrow = tableToIPC(new Table({ a: vectorFromArray(['x'], new Utf8()) }), 'stream')
    const base64 = new TextEncoder().encode(`${Buffer.from(arrow).toString('base64')}\n`)
    assert.deepEqual([resultBytes(arrow), resultBytes(base64)], [new Uint8Array(arrow), new Uint8Array(arrow)])
  })

  it('are refused when they are neither', () => {
    assert.throws(() => resultBytes(new TextEncoder().encode('<html>')), { name: 'LakehouseError', code: 'corrupt' })
  })
})

describe('saved state of the preview', () => {
  const view = { row: 5, left: 10.5, widths: [100, 50], active: { row: -1, column: 1 } }

  it('comes back as it was saved', () => {
    const state = { place: 'p', version: 7, view }
    assert.deepEqual(readSavedPage(structuredClone(state)), state)
    assert.deepEqual(readSavedPage({ place: 'p', version: null }), { place: 'p' })
  })

  it('is empty for what no page of ours saved', () => {
    for (const state of [
      undefined,
      null,
      'x',
      [],
      { version: '7' },
      { view: { ...view, row: -3 } },
      { view: { ...view, widths: ['a'] } },
    ]) {
      assert.deepEqual(readSavedPage(state), {})
    }
  })
})

function shown(value: unknown): string {
  return typeof value === 'function' ? String(value('1', '2')) : String(value)
}
