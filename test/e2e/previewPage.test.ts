import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import type { PreviewHost } from '#protocol/preview.ts'
import { openBrowser, type Browser } from '../../scripts/workbench/browser.ts'
import { checkAccess, screenshot } from '../support/pageChecks.ts'
import { openPreview, themes } from '../support/pageHarness.ts'
import { endlessRead, pretendPreview, problem, tableAt } from '../support/previewHosts.ts'
import { hostileTexts, idText, sampleRows, wideRows } from '../support/sampleRows.ts'

describe('preview page', () => {
  let browser: Browser
  let page: Page

  before(async () => {
    browser = await openBrowser({ width: 1200, height: 700 })
  })
  after(() => browser.stop())

  beforeEach(async () => {
    page = await browser.page.context().newPage()
    page.on('pageerror', error => assert.fail(error))
  })
  afterEach(() => page.close())

  const cell = (row: number, column: number) => page.locator(`[data-row="${row}"] [data-column="${column}"]`)
  const ready = () => cell(0, 0).waitFor()
  const focused = () =>
    page.evaluate(() => {
      const at = Reflect.get(globalThis, 'document').activeElement
      return [Number(at.closest('[role="row"]')?.getAttribute('aria-rowindex')), Number(at.getAttribute('aria-colindex'))]
    })

  it('shows exact integers, decimals and microseconds', async () => {
    await openPreview(page, pretendPreview())
    await ready()
    assert.deepEqual(await page.locator('[data-row="1"] .dfl-value').allInnerTexts(), [
      '9007199254740994',
      '1.0001',
      '2020-01-02 03:04:05.123457Z',
      '[]',
      '0x01ff',
    ])
    assert.deepEqual(await page.locator('.dfl-type').allInnerTexts(), [
      'bigint',
      'decimal(18,4)',
      'timestamp',
      'string',
      'array<string>',
      'binary',
    ])
  })

  it('tells NULL, empty text and the word NULL apart, in words', async () => {
    await openPreview(page, pretendPreview())
    await ready()
    const texts = [0, 1, 2].map(row => cell(row, 3))
    assert.deepEqual(await Promise.all(texts.map(each => each.innerText())), ['NULL', 'empty', 'NULL'])
    assert.deepEqual(await Promise.all(texts.map(each => each.getAttribute('data-kind'))), ['null', 'text', 'text'])
    assert.equal(await cell(0, 3).locator('.dfl-null').count(), 1)
    assert.equal(await cell(2, 3).locator('.dfl-null').count(), 0)
  })

  it('shows hostile values as text and runs none of it', async () => {
    await openPreview(
      page,
      pretendPreview({ readPage: async ({ offset }) => ({ arrow: sampleRows(offset, 24, 'long'), rows: 24, warnings: [] }) }),
    )
    await ready()
    const shown = await Promise.all([3, 4, 7, 8, 10, 11].map(row => cell(row, 3).locator('.dfl-value').textContent()))
    assert.deepEqual(
      shown,
      [3, 4, 7, 8, 10, 11].map(row => hostileTexts[row]),
    )
    assert.equal(await cell(5, 3).locator('.dfl-value').textContent(), 'two\nlines\tand a tab')
    assert.equal((await cell(9, 3).innerText()).length, 401)
    assert.equal(await page.locator('.dfl-row script, .dfl-row img').count(), 0)
    assert.equal(await page.evaluate(() => Reflect.get(globalThis, 'hacked')), undefined)
    const heights = await page.locator('.dfl-row').evaluateAll(rows => rows.map(row => row.getBoundingClientRect().height))
    assert.deepEqual([...new Set(heights)], [24])
    await cell(9, 3).dblclick()
    assert.match(await page.locator('.dfl-detail footer').innerText(), /first 100,000 of 1,048,576 characters/)
    await screenshot(page, 'preview-hostile')
  })

  it('scrolls to the millionth row', async () => {
    const host = pretendPreview()
    await openPreview(page, host)
    await ready()
    await cell(0, 0).click()
    await page.keyboard.press('Control+End')
    await cell(999_999, 0).waitFor()
    await page.locator(`[data-row="999999"] [data-kind="number"]`).first().waitFor()
    assert.deepEqual(await focused(), [1_000_001, 7])
    await page.keyboard.press('Home')
    assert.equal(await cell(999_999, 0).innerText(), idText(999_999))
    await page.keyboard.press('PageUp')
    const [row] = await focused()
    assert.ok(row !== undefined && row < 1_000_000 && row > 999_950)
    assert.equal(await cell(row - 2, 0).innerText(), idText(row - 2))
    await screenshot(page, 'preview-last-row')
    assert.ok(host.calls.length <= 5, `asked for ${host.calls.join(', ')}`)
  })

  it('lands where a dragged scroll bar lets go, asking for that page alone', async () => {
    const host = pretendPreview()
    await openPreview(page, host)
    await ready()
    await page.locator('.dfl-scroller').evaluate(async element => {
      for (let step = 1; step <= 40; step += 1) {
        element.scrollTop = (element.scrollHeight / 80) * step
        await new Promise(resolve => Reflect.get(globalThis, 'requestAnimationFrame')(resolve))
      }
    })
    await page.locator('[data-row] [data-kind="number"]').first().waitFor()
    const numbers = await page.locator('.dfl-row:not(.dfl-away) .dfl-number').allInnerTexts()
    const middle = Number(numbers[0]?.replaceAll(',', ''))
    assert.ok(Math.abs(middle - 500_000) < 1000, `row ${middle}`)
    await page.locator(`[data-row="${middle}"] [data-kind="number"]`).first().waitFor()
    assert.equal(await cell(middle, 0).innerText(), idText(middle))
    assert.ok(host.calls.length <= 6, `asked for ${host.calls.join(', ')}`)
  })

  it('wheels row by row even where the body is taller than a browser allows', async () => {
    await openPreview(page, pretendPreview())
    await ready()
    await cell(0, 0).click()
    await page.keyboard.press('Control+End')
    await page.locator(`[data-row="999999"] [data-kind="number"]`).first().waitFor()
    const topRow = () => page.locator('.dfl-row:not(.dfl-away)').first().getAttribute('data-row')
    const before = Number(await topRow())
    await page.mouse.move(400, 400)
    await page.mouse.wheel(0, -240)
    await page.waitForFunction(
      row => Number(Reflect.get(globalThis, 'document').querySelector('.dfl-row:not(.dfl-away)').getAttribute('data-row')) === row,
      before - 10,
    )
  })

  it('moves, extends and selects by keyboard', async () => {
    await openPreview(page, pretendPreview())
    await ready()
    await cell(2, 1).click()
    for (const key of ['ArrowDown', 'ArrowRight', 'Shift+ArrowDown', 'Shift+ArrowRight']) await page.keyboard.press(key)
    assert.deepEqual(await focused(), [6, 5])
    const selected = () =>
      page
        .locator('[role="gridcell"][aria-selected="true"]')
        .evaluateAll(cells =>
          cells.map(each => `${each.closest('[role=row]')?.getAttribute('data-row')}:${each.getAttribute('data-column')}`),
        )
    assert.deepEqual(await selected(), ['3:2', '3:3', '4:2', '4:3'])
    await page.keyboard.press('Shift+Space')
    assert.equal((await selected()).length, 6)
    await page.keyboard.press('Control+Home')
    assert.deepEqual(await focused(), [2, 2])
    await page.keyboard.press('ArrowUp')
    assert.deepEqual(await focused(), [1, 2])
    await page.keyboard.press('Control+a')
    assert.equal(await page.locator('.dfl-grid [role="status"]').innerText(), '1,000,000 × 6 selected')
  })

  it('changes a width by keyboard and by mouse', async () => {
    await openPreview(page, pretendPreview())
    await ready()
    await cell(0, 1).click()
    const width = async () => Math.round((await cell(0, 1).boundingBox())?.width ?? 0)
    const before = await width()
    await page.keyboard.press('Alt+ArrowRight')
    assert.equal(await width(), before + 16)
    const handle = await page.locator('.dfl-headcell[data-column="1"] .dfl-handle').boundingBox()
    assert.ok(handle)
    await page.mouse.move(handle.x + 4, handle.y + 10)
    await page.mouse.down()
    await page.mouse.move(handle.x + 64, handle.y + 10, { steps: 3 })
    await page.mouse.up()
    assert.equal(await width(), before + 76)
  })

  it('copies a block as tab-separated exact text, NULL as nothing', async () => {
    const host = pretendPreview()
    await openPreview(page, host)
    await ready()
    await cell(4, 0).click()
    await cell(5, 3).click({ modifiers: ['Shift'] })
    await page.keyboard.press('Control+c')
    await page.getByText('Copied 8 cells of 2 rows.').waitFor({ state: 'attached' })
    assert.deepEqual(host.calls.at(-1)?.split('\n'), [
      `copy ${idText(4)}\t\t2020-01-02 03:04:05.123460Z\t${hostileTexts[4]}`,
      `${idText(5)}\t5.0005\t2020-01-02 03:04:05.123461Z\t"two`,
      'lines\tand a tab"',
    ])
  })

  it('copies a column of rows that are not loaded yet', async () => {
    const host = pretendPreview({ countRows: async () => ({ rows: 3000 }) })
    await openPreview(page, host)
    await ready()
    await page.locator('.dfl-headcell[data-column="0"]').click()
    await page.keyboard.press('Control+c')
    await page.getByText('Copied 3,000 cells of 3,000 rows.').waitFor({ state: 'attached' })
    const lines = host.calls.at(-1)?.split('\n')
    assert.deepEqual([lines?.length, lines?.[0], lines?.[2999]], [3000, `copy ${idText(0)}`, idText(2999)])
  })

  it('copies what VS Code asks it to copy', async () => {
    await openPreview(page, pretendPreview())
    await ready()
    await cell(3, 3).click()
    const copied = await page.evaluate(() => {
      Reflect.get(globalThis, 'document').execCommand('copy')
      return Reflect.get(Reflect.get(globalThis, 'navigator'), 'clipboard').readText()
    })
    assert.equal(copied, hostileTexts[3])
  })

  it('opens the whole value with Enter and gives the focus back on Escape', async () => {
    await openPreview(page, pretendPreview())
    await ready()
    await cell(0, 4).click()
    await page.keyboard.press('Enter')
    assert.equal(await page.locator('.dfl-fulltext').innerText(), '[\n  "a0",\n  null,\n  "<b>"\n]')
    await page.keyboard.press('Escape')
    assert.equal(await page.locator('.dfl-detail').count(), 0)
    assert.deepEqual(await focused(), [2, 6])
  })

  it('draws only the columns in view of a thousand', async () => {
    await openPreview(page, pretendPreview({ readPage: async () => ({ arrow: wideRows(1000, 50), rows: 50, warnings: [] }) }))
    await ready()
    assert.ok((await page.locator('[data-row="0"] [role="gridcell"]').count()) < 40)
    await cell(0, 0).click()
    await page.keyboard.press('End')
    assert.equal(await cell(0, 999).innerText(), '999')
    assert.deepEqual(await focused(), [2, 1001])
  })

  it('keeps what is shown while a version is chosen, then shows it', async () => {
    const host = pretendPreview()
    const { saved } = await openPreview(page, host)
    await ready()
    await page.getByRole('button', { name: /Version 120/ }).click()
    const options = page.getByRole('option')
    await options.first().waitFor()
    await screenshot(page, 'preview-versions')
    for (const key of ['End', 'End', 'End']) {
      await page.keyboard.press(key)
      await page.waitForFunction(
        () => Reflect.get(globalThis, 'document').querySelector('[role=listbox]').getAttribute('aria-busy') === 'false',
      )
    }
    assert.equal(await options.count(), 121)
    assert.match(await options.last().innerText(), /no longer readable/)
    await page.keyboard.press('Enter')
    assert.equal(await page.getByRole('listbox').count(), 1)
    await page.keyboard.press('Home')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: /Version 119/ }).waitFor()
    await page.waitForFunction(() => Reflect.get(globalThis, 'savedState')?.version === 119)
    assert.ok(host.calls.includes('read 119 0'))
    assert.equal(await page.getByRole('listbox').count(), 0)
    assert.ok(await saved())
  })

  it('follows the extension to another version and keeps what restores the panel', async () => {
    const { peer, saved } = await openPreview(page, pretendPreview())
    await ready()
    await peer.call('keep', { place: 'opaque' })
    await peer.call('show', { version: 7 })
    await page.getByRole('button', { name: /Version 7/ }).waitFor()
    await page.waitForFunction(() => Reflect.get(globalThis, 'savedState')?.version === 7)
    const state = await saved()
    assert.ok(typeof state === 'object' && state !== null && 'place' in state && state.place === 'opaque')
  })

  it('comes back at the place where it was left', async () => {
    const view = { row: 5000, left: 0, widths: [200, 120, 260, 300, 150, 100], active: { row: 5003, column: 1 } }
    await openPreview(page, pretendPreview(), { saved: { place: 'opaque', version: 7, view } })
    await cell(5003, 1).waitFor()
    await page.getByRole('button', { name: /Version 7/ }).waitFor()
    assert.equal(await page.locator('[tabindex="0"][role="gridcell"]').getAttribute('data-column'), '1')
    assert.equal(Math.round((await cell(5003, 2).boundingBox())?.width ?? 0), 260)
  })

  it('says why a table cannot be shown and tries again', async () => {
    let failures = 1
    const host = pretendPreview({
      open: async () => {
        if (failures-- > 0) throw problem('unreachable')
        return tableAt(120)
      },
    })
    await openPreview(page, host)
    assert.match(
      await page.getByRole('alert').innerText(),
      /could not be shown\s+Cannot read silver\/trades: unreachable\.\s+Start the stack/,
    )
    await screenshot(page, 'preview-failed')
    await page.getByRole('button', { name: 'Retry' }).click()
    await ready()
  })

  it('names an unsupported feature and still lets a version be chosen', async () => {
    const host = pretendPreview({
      readPage: async ({ version }) => {
        if (version === 120) throw problem('unsupported')
        return { arrow: sampleRows(0, 3), rows: 3, warnings: [] }
      },
    })
    const { peer } = await openPreview(page, host)
    assert.match(await page.getByRole('alert').innerText(), /feature that is not supported yet/)
    assert.equal(await page.getByRole('button', { name: 'Retry' }).count(), 0)
    await screenshot(page, 'preview-unsupported')
    await peer.call('show', { version: 119 })
    await ready()
    assert.equal(await page.locator('.dfp-count').innerText(), '3 rows')
  })

  it('shows the columns of a table without rows', async () => {
    await openPreview(
      page,
      pretendPreview({ open: async () => tableAt(4), readPage: async () => ({ arrow: sampleRows(0, 0), rows: 0, warnings: [] }) }),
    )
    await page.getByText('Version 4 has no rows').waitFor()
    assert.equal(await page.locator('.dfl-name').count(), 6)
    await checkAccess(page)
    await screenshot(page, 'preview-empty')
  })

  it('offers to load again the rows that failed', async () => {
    let failures = 1
    const host = pretendPreview({
      readPage: async ({ offset, limit }) => {
        if (offset > 900_000 && failures-- > 0) throw problem('denied')
        return { arrow: sampleRows(offset, Math.min(limit, 1_000_000 - offset)), rows: limit, warnings: [] }
      },
    })
    await openPreview(page, host)
    await ready()
    await cell(0, 0).click()
    await page.keyboard.press('Control+End')
    assert.match(await page.getByRole('alert').innerText(), /Rows could not be loaded\. Cannot read silver\/trades: denied\./)
    assert.equal(await cell(999_990, 0).innerText(), 'not loaded')
    await checkAccess(page)
    await screenshot(page, 'preview-failed-rows')
    await page.getByRole('button', { name: 'Retry' }).click()
    await page.locator(`[data-row="999990"] [data-kind="number"]`).first().waitFor()
    assert.equal(await page.getByRole('alert').count(), 0)
  })

  it('counts rows as far as it knows them where statistics are missing', async () => {
    await openPreview(
      page,
      pretendPreview({
        open: async () => tableAt(1),
        countRows: async () => ({ rows: null }),
        readPage: async ({ offset, limit }) => ({ arrow: sampleRows(offset, Math.min(limit, 1200 - offset)), rows: 0, warnings: [] }),
      }),
    )
    await ready()
    assert.match(await page.locator('.dfp-count').innerText(), /^1,\d00\+ rows$/)
    await cell(0, 0).click()
    for (let i = 0; i < 3; i += 1) {
      await page.keyboard.press('Control+End')
      await page.waitForFunction(() => Reflect.get(globalThis, 'document').querySelector('[data-kind="loading"]') === null)
    }
    await cell(1199, 0).waitFor()
    assert.equal(await page.locator('.dfp-count').innerText(), '1,200 rows')
    assert.equal(await page.getByRole('grid').getAttribute('aria-rowcount'), '1201')
  })

  it('says what it reads when that takes long, can be cancelled, and tries again', async () => {
    const at = { stage: 'log', done: 40_000_000, total: 120_000_000, unit: 'bytes' } as const
    let isEnded = false
    let opens = 0
    const host = pretendPreview({
      open: async (_, signal, report) => {
        opens += 1
        if (opens > 1) return tableAt(120)
        return await endlessRead(at, signal, report).finally(() => (isEnded = true))
      },
    })
    await openPreview(page, host)
    await page.getByText('Reading the log · 40 MB of 120 MB').waitFor()
    assert.equal(await page.getByRole('status').innerText(), 'Reading the log')
    await checkAccess(page)
    await screenshot(page, 'preview-waiting')
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByText('Reading was cancelled').waitFor()
    await page.getByRole('button', { name: 'Try again' }).click()
    await ready()
    assert.deepEqual([isEnded, opens], [true, 2])
  })

  it('says above the rows that stay what it reads of another version', async () => {
    const at = { stage: 'rows', done: 3, total: 12, unit: 'files' } as const
    const rows = pretendPreview()
    const readPage: PreviewHost['readPage'] = async (range, signal, report) =>
      range.version === 7 ? await endlessRead(at, signal, report) : await rows.readPage(range, signal)
    const { peer } = await openPreview(page, pretendPreview({ readPage }), { language: 'pt-br' })
    await ready()
    void peer.call('show', { version: 7 }).catch(() => {})
    await page.getByText('Lendo linhas · 3 de 12 arquivos').waitFor()
    await screenshot(page, 'preview-waiting-rows')
    await page.getByRole('button', { name: 'Cancelar' }).click()
    await page.getByText('Lendo linhas · 3 de 12 arquivos').waitFor({ state: 'detached' })
    assert.equal(await page.getByRole('button', { name: /120/ }).first().isVisible(), true)
  })

  it('speaks Portuguese where VS Code does', async () => {
    await openPreview(page, pretendPreview(), { language: 'pt-br' })
    await ready()
    assert.equal(await page.locator('.dfp-count').innerText(), '1.000.000 linhas')
    assert.equal(await cell(1, 3).innerText(), 'vazio')
  })

  for (const theme of themes) {
    it(`can be used by everybody in the theme ${theme}`, async () => {
      await openPreview(page, pretendPreview(), { theme })
      await ready()
      await cell(2, 1).click()
      await cell(5, 3).click({ modifiers: ['Shift'] })
      await page.keyboard.press('Enter')
      await checkAccess(page)
      await screenshot(page, `preview-${theme}`)
      await page.keyboard.press('Escape')
      await page.getByRole('button', { name: /Version 120/ }).click()
      await page.getByRole('option').first().waitFor()
      await checkAccess(page)
      await screenshot(page, `preview-versions-${theme}`)
    })
  }
})
