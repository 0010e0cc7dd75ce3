import assert from 'node:assert/strict'
import type { Page } from '#arrow/page.ts'
import { LakehouseError } from '#base/errors.ts'
import type { PreviewTable, PreviewVersions } from '#protocol/preview.ts'
import { systemClock, type Clock } from '#base/clock.ts'
import { GridModel } from '../../../webview/shared/grid/gridModel.ts'
import { rowsOfPage } from '../../../webview/shared/grid/rows.ts'
import { PreviewModel, type PreviewCalls } from '../../../webview/preview/previewModel.ts'
import { Versions } from '../../../webview/preview/versions.ts'
import { endlessRead } from '../../support/previewHosts.ts'
import { sampleRows } from '../../support/sampleRows.ts'

const page = (rows: number): Page => ({
  columns: ['a', 'b', 'c'].map(name => ({ name, type: 'int', numeric: true })),
  rows,
  bytes: 0,
  cell: row => ({ kind: 'number', text: String(row), clipped: false }),
})

const grid = (rows: number): GridModel => {
  const model = new GridModel(rowsOfPage(page(rows)), [100, 200, 300])
  model.resized(400 + model.gutter.value, 44 + 240)
  return model
}

describe('grid model', () => {
  it('draws what is in view and some more', () => {
    const model = grid(1000)
    assert.deepEqual(
      [model.rowSpan.value, model.columnSpan.value],
      [
        { first: 0, end: 18 },
        { first: 0, end: 3 },
      ],
    )
    assert.equal(model.isWiderThanView.value, true)
  })

  it('draws nothing anew while the scroll stays within a row', () => {
    const model = grid(1000)
    model.scrolled(482, 0)
    const before = model.rowSpan.value
    model.scrolled(490, 0)
    assert.equal(model.rowSpan.value, before)
    model.scrolled(510, 0)
    assert.notEqual(model.rowSpan.value, before)
  })

  it('scrolls by keys just as far as it must', () => {
    const model = grid(1000)
    for (let i = 0; i < 9; i += 1) model.run({ kind: 'move', direction: 'down', extend: false })
    assert.deepEqual(model.target.value, { dom: 0, left: 0 })
    model.run({ kind: 'move', direction: 'down', extend: false })
    assert.deepEqual(model.target.value, { dom: 24, left: 0 })
    model.run({ kind: 'move', direction: 'rowEnd', extend: false })
    assert.deepEqual(model.target.value, { dom: 24, left: 200 })
  })

  it('keeps the active row in view when the element becomes smaller', () => {
    const model = grid(1000)
    model.run({ kind: 'move', direction: 'gridBottom', extend: false })
    model.resized(400, 44 + 120)
    assert.equal(model.target.value.dom, 24_000 - 120)
  })

  it('opens a value only on a cell and closes it once', () => {
    const model = grid(10)
    assert.equal(model.run({ kind: 'closeDetail' }), false)
    assert.equal(model.run({ kind: 'toggleDetail' }), true)
    assert.equal(model.run({ kind: 'closeDetail' }), true)
    model.run({ kind: 'move', direction: 'up', extend: false })
    assert.equal(model.run({ kind: 'toggleDetail' }), false)
  })

  it('starts where it was left, with the widths of then if the columns are the same', () => {
    const view = { row: 500, left: 40, widths: [50, 60, 70], active: { row: 502, column: 2 } }
    const model = new GridModel(rowsOfPage(page(1000)), [100, 200, 300], view)
    model.resized(400, 284)
    assert.deepEqual(model.view, view)
    assert.deepEqual(new GridModel(rowsOfPage(page(1000)), [100, 200], view).widths.value, [100, 200])
  })

  it('fits the columns of other rows anew, but for those that were set by hand', () => {
    const empty = new GridModel(rowsOfPage(page(0)), [48, 48, 48])
    empty.setWidth(1, 80)
    assert.deepEqual(empty.widths.value, [48, 80, 48])
    assert.deepEqual(new GridModel(rowsOfPage(page(1000)), [100, 200, 300], empty.view).widths.value, [100, 80, 300])
  })

  it('finds the cell under the mouse, the nearest one outside', () => {
    const model = grid(1000)
    model.scrolled(2400, 100)
    assert.deepEqual(model.spotAt(10, 30), { row: 101, column: 1 })
    assert.deepEqual(model.spotAt(9999, -99_999), { row: 0, column: 2 })
  })

  it('marks nothing before it is used', () => {
    const model = grid(10)
    const blocks = [model.block.value]
    model.isUsed.value = true
    blocks.push(model.block.value)
    assert.deepEqual(
      blocks.map(block => block?.rows),
      [undefined, { first: 0, end: 1 }],
    )
  })

  it('has no cell to stand on in a grid without rows', () => {
    const model = grid(0)
    model.isUsed.value = true
    assert.deepEqual([model.selection.value.active.row, model.block.value], [-1, undefined])
  })
})

const table = (version: number, latestVersion = 9): PreviewTable => ({
  name: 't',
  location: 's3://b/t',
  version,
  latestVersion,
  partitionColumns: [],
})

const failAtFive: PreviewCalls['readPage'] = async ({ version }) => {
  if (version === 5) throw new LakehouseError('unsupported', 'feature x')
  return { arrow: sampleRows(0, 3), rows: 3, warnings: [] }
}

const calls = (parts: Partial<PreviewCalls> = {}): PreviewCalls => ({
  open: async ({ version }) => table(version ?? 9),
  listVersions: async () => ({ versions: [], more: false }),
  readPage: async () => ({ arrow: sampleRows(0, 3), rows: 3, warnings: [] }),
  countRows: async () => ({ rows: 3 }),
  ...parts,
})

describe('preview model', () => {
  it('shows a version with its rows', async () => {
    const model = new PreviewModel(calls(), systemClock)
    assert.deepEqual([model.phase.value.kind, model.isBusy.value], ['opening', true])
    await model.open(null)
    assert.deepEqual([model.phase.value.kind, model.isBusy.value, model.shown.value?.table.version], ['shown', false, 9])
    assert.equal(model.shown.value?.rows.columns.length, 6)
  })

  it('shows the newer of two versions asked for in a row, whichever answers first', async () => {
    const answers: (() => void)[] = []
    const open: PreviewCalls['open'] = ({ version }) => new Promise(resolve => answers.push(() => resolve(table(version ?? 9))))
    const model = new PreviewModel(calls({ open }), systemClock)
    const both = Promise.all([model.open(1), model.open(2)])
    answers[1]?.()
    answers[0]?.()
    await both
    assert.equal(model.shown.value?.table.version, 2)
  })

  it('knows what is odd in the log of the version on show', async () => {
    const warnings = ['The checksum of version 9 counts 3 files, its log 2.']
    const model = new PreviewModel(calls({ readPage: async () => ({ arrow: sampleRows(0, 3), rows: 3, warnings }) }), systemClock)
    await model.open(null)
    assert.deepEqual(model.warnings.value, { version: 9, texts: warnings })
  })

  it('keeps the last version on show while the next one loads and when it fails', async () => {
    const model = new PreviewModel(calls({ readPage: failAtFive }), systemClock)
    await model.open(4)
    await model.open(5)
    const phase = model.phase.value
    assert.deepEqual([phase.kind === 'failed' && phase.error.message, model.table.value?.version], ['feature x', 5])
    assert.equal(model.shown.value?.table.version, 4)
    await model.open(6)
    assert.deepEqual([model.phase.value.kind, model.shown.value?.table.version], ['shown', 6])
  })

  it('tries again what failed', async () => {
    const asked: (number | null)[] = []
    const open: PreviewCalls['open'] = async ({ version }) => {
      asked.push(version)
      if (asked.length === 1) throw new Error('once')
      return table(version ?? 9)
    }
    const model = new PreviewModel(calls({ open }), systemClock)
    await model.open(3)
    await model.retry()
    assert.deepEqual([asked, model.phase.value.kind], [[3, 3], 'shown'])
  })
})

const at = { stage: 'rows', done: 3, total: 12, unit: 'files' } as const
const settle = (): Promise<void> => new Promise(resolve => setImmediate(resolve))
const endlessAtFive: PreviewCalls['readPage'] = async ({ version }, signal, report) =>
  version === 5 ? await endlessRead(at, signal, report) : { arrow: sampleRows(0, 3), rows: 3, warnings: [] }

const state = (model: PreviewModel) => [
  model.phase.value.kind,
  model.shown.value?.table.version,
  model.shown.value?.filter,
  model.filterProblem.value?.message,
]

describe('preview model that waits', () => {
  it('shows rows before their count is there, and the count of the version on show alone', async () => {
    const counts: ((rows: number) => void)[] = []
    const countRows: PreviewCalls['countRows'] = () => new Promise(resolve => counts.push(rows => resolve({ rows })))
    const arrow = sampleRows(0, 500)
    const clock: Clock = { now: () => 0, sleep: ms => (ms < 500 ? Promise.resolve() : new Promise(() => {})) }
    const model = new PreviewModel(calls({ countRows, readPage: async () => ({ arrow, rows: 500, warnings: [] }) }), clock)
    await model.open(1)
    await model.open(2)
    assert.deepEqual(model.shown.value?.rows.count, { rows: 1000, exact: false })
    const before = model.changes.value
    counts[0]?.(7)
    counts[1]?.(1_000_000)
    await settle()
    assert.deepEqual([model.shown.value?.rows.count, model.changes.value - before], [{ rows: 1_000_000, exact: true }, 1])
  })

  it('waits for the count where rows beyond the first page are to be on show', async () => {
    const order: string[] = []
    const model = new PreviewModel(
      calls({
        readPage: async () => ({ arrow: sampleRows(0, 500), rows: 500, warnings: [] }),
        countRows: async () => {
          await settle()
          order.push('count')
          return { rows: 900_000 }
        },
      }),
      { now: () => 0, sleep: ms => (ms < 500 ? Promise.resolve() : new Promise(() => {})) },
    )
    await model.open(null, { firstRow: 800_000 })
    assert.deepEqual([order, model.shown.value?.rows.count], [['count'], { rows: 900_000, exact: true }])
  })

  describe('with a filter', () => {
    const mistake = new LakehouseError('invalid', 'There is no column x, at character 1 of the filter.', { details: { position: 0 } })
    const asked: (readonly [number, string | null])[] = []
    const filtered = () => {
      asked.length = 0
      const readPage: PreviewCalls['readPage'] = async ({ version, filter }) => {
        asked.push([version, filter])
        if (filter === 'x' || (filter === 'late' && version < 5)) throw mistake
        return { arrow: sampleRows(0, filter === null ? 500 : 3), rows: filter === null ? 500 : 3, warnings: [] }
      }
      return new PreviewModel(calls({ readPage, open: async ({ version }) => table(version ?? 7) }), systemClock)
    }
    it('asks for the rows that meet it, at every version, and for all again', async () => {
      const model = filtered()
      await model.open(null)
      await model.filterBy('  late ')
      await model.open(6)
      await model.filterBy('')
      assert.deepEqual(asked, [
        [7, null],
        [7, 'late'],
        [6, 'late'],
        [6, null],
      ])
      assert.deepEqual(state(model), ['shown', 6, '', undefined])
    })

    it('leaves the rows as they are when it has a mistake', async () => {
      const model = filtered()
      await model.open(null, { filter: 'late' })
      await model.filterBy('x')
      assert.deepEqual(state(model), ['shown', 7, 'late', mistake.message])
      await model.filterBy('late')
      assert.deepEqual(state(model), ['shown', 7, 'late', undefined])
    })

    it('shows all rows of a version for which it makes no sense, and says so', async () => {
      const model = filtered()
      await model.open(null, { filter: 'late' })
      await model.open(4)
      assert.deepEqual(state(model), ['shown', 4, '', mistake.message])
    })
  })

  it('says after a second what it reads, and can be cancelled and tried again', async () => {
    let reads = 0
    const signals: AbortSignal[] = []
    const wakes: (() => void)[] = []
    let now = 0
    const clock: Clock = { now: () => now, sleep: () => new Promise(wake => void wakes.push(wake)) }
    const readPage: PreviewCalls['readPage'] = async (_, signal, report) => {
      reads += 1
      signals.push(signal)
      return reads === 1 ? await endlessRead(at, signal, report) : { arrow: sampleRows(0, 3), rows: 3, warnings: [] }
    }
    const model = new PreviewModel(calls({ readPage }), clock)
    const opened = model.open(null)
    await settle()
    assert.equal(model.waiting.value, undefined)
    now = 1000
    for (const wake of wakes.splice(0)) wake()
    await settle()
    assert.deepEqual(model.waiting.value, { progress: at })
    model.cancel()
    await opened
    const states = [model.phase.value.kind, model.isBusy.value, model.waiting.value, signals[0]?.aborted]
    assert.deepEqual(states, ['cancelled', false, undefined, true])
    await model.retry()
    assert.deepEqual([model.phase.value.kind, reads], ['shown', 2])
  })

  it('stays with the version on show when the opening of another is cancelled', async () => {
    const model = new PreviewModel(calls({ readPage: endlessAtFive }), systemClock)
    await model.open(4)
    const opened = model.open(5)
    await settle()
    model.cancel()
    await opened
    assert.deepEqual([model.phase.value.kind, model.table.value?.version, model.shown.value?.table.version], ['shown', 4, 4])
  })
})

const entry = (version: number) => ({ version, timestamp: '2026-01-01T00:00:00Z', operation: 'WRITE', readable: true })

describe('version list', () => {
  it('grows page by page and ends', async () => {
    const asked: (number | null)[] = []
    const versions = new Versions(async ({ before }): Promise<PreviewVersions> => {
      asked.push(before)
      return before === null ? { versions: [entry(3), entry(2)], more: true } : { versions: [entry(1)], more: false }
    })
    await Promise.all([versions.loadMore(), versions.loadMore()])
    await versions.loadMore()
    await versions.loadMore()
    assert.deepEqual(asked, [null, 2])
    assert.deepEqual(
      versions.list.value.versions.map(({ version }) => version),
      [3, 2, 1],
    )
  })

  it('begins again with what came since', async () => {
    let newest = 3
    const versions = new Versions(async (): Promise<PreviewVersions> => ({ versions: [entry(newest)], more: true }))
    await versions.refresh()
    newest = 4
    await versions.refresh()
    assert.deepEqual(
      versions.list.value.versions.map(({ version }) => version),
      [4],
    )
  })

  it('keeps what it has when a page fails, and can go on', async () => {
    let fails = true
    const versions = new Versions(async ({ before }): Promise<PreviewVersions> => {
      if (before !== null && fails) throw new Error('no connection')
      return { versions: [entry(before === null ? 3 : 2)], more: true }
    })
    await versions.loadMore()
    await versions.loadMore()
    assert.deepEqual([versions.list.value.error?.message, versions.list.value.versions.length], ['no connection', 1])
    fails = false
    await versions.loadMore()
    assert.deepEqual([versions.list.value.error, versions.list.value.versions.length], [undefined, 2])
  })
})
