import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import { outputMetadata } from '#protocol/result.ts'
import { openBrowser, type Browser } from '../../scripts/workbench/browser.ts'
import { checkAccess, screenshot } from '../support/pageChecks.ts'
import { openResults, themes, type OutputItem } from '../support/pageHarness.ts'
import { idText, sampleRows } from '../support/sampleRows.ts'

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')

function output(id: string, rows: number, cut: 'rows' | 'bytes' | null = null): OutputItem {
  const metadata = outputMetadata({ rows, cut, statementId: id, durationMs: 1234 })
  return { id, metadata, data: base64(sampleRows(0, rows)) }
}

describe('result of a statement', () => {
  let browser: Browser
  let page: Page

  before(async () => {
    browser = await openBrowser({ width: 1100, height: 900 })
  })
  after(() => browser.stop())

  beforeEach(async () => {
    page = await browser.page.context().newPage()
    page.on('pageerror', error => assert.fail(error))
  })
  afterEach(() => page.close())

  const facts = async (id: string) => (await page.locator(`#${id} .dfl-fact`).allInnerTexts()).join(' · ')
  const cell = (id: string, row: number, column: number) => page.locator(`#${id} [data-row="${row}"] [data-column="${column}"]`)

  it('is drawn at once, fifteen rows high, and scrolls to its last row', async () => {
    const [ms] = await openResults(page, [output('cut', 10_000, 'rows')])
    assert.ok(ms !== undefined && ms < 1000, `took ${ms} ms`)
    assert.equal(await facts('cut'), '10,000 rows · cut at 10,000 rows · 1.2 s')
    const box = await page.locator('#cut .dfl-grid').boundingBox()
    assert.ok(box && box.height >= 44 + 15 * 24 && box.height < 44 + 16 * 24, `height ${box?.height}`)
    await cell('cut', 0, 0).click()
    await page.keyboard.press('Control+End')
    await page.keyboard.press('Home')
    assert.equal(await cell('cut', 9999, 0).innerText(), idText(9999))
    await screenshot(page, 'result')
  })

  it('is as high as its few rows', async () => {
    await openResults(page, [output('few', 3)])
    const box = await page.locator('#few .dfl-grid').boundingBox()
    assert.ok(box && box.height < 44 + 5 * 24, `height ${box?.height}`)
    assert.equal(await facts('few'), '3 rows · 1.2 s')
  })

  it('shows the columns where there are no rows', async () => {
    await openResults(page, [output('none', 0)])
    assert.equal(await facts('none'), 'No rows · 1.2 s')
    assert.equal(await page.locator('#none .dfl-name').count(), 6)
    await checkAccess(page, 'main')
  })

  it('says only what it knows of an output of a file from elsewhere', async () => {
    const foreign = [undefined, null, {}, { metadata: { dataflow: 'x' } }, { metadata: { dataflow: { rows: '3' } } }]
    await openResults(
      page,
      foreign.map((metadata, i) => ({ ...output(`f${i}`, 2), metadata })),
    )
    assert.deepEqual(
      await Promise.all(foreign.map((_, i) => facts(`f${i}`))),
      foreign.map(() => '2 rows'),
    )
  })

  it('says that corrupt bytes cannot be shown', async () => {
    const good = base64(sampleRows(0, 100))
    const broken = ['', 'not base64!', 'AAAA', good.slice(0, 2000), base64(new Uint8Array(200).fill(255))]
    await openResults(
      page,
      broken.map((data, i) => ({ id: `b${i}`, metadata: undefined, data })),
    )
    for (const i of broken.keys()) {
      assert.match(
        await page.locator(`#b${i} [role="alert"]`).innerText(),
        /^This result cannot be shown\s+.+\s+Run the cell again/,
        broken[i],
      )
    }
    await screenshot(page, 'result-corrupt')
  })

  it('keeps its keys from the notebook and leaves the others to it', async () => {
    await openResults(page, [output('keys', 30)])
    await page.evaluate(() => {
      const heard: string[] = []
      Reflect.set(globalThis, 'heard', heard)
      Reflect.get(globalThis, 'window').addEventListener('keydown', (event: object) => heard.push(String(Reflect.get(event, 'key'))))
    })
    await cell('keys', 2, 1).click()
    for (const key of ['ArrowDown', 'PageDown', 'Enter', 'Escape', 'Control+a', 'Control+c']) await page.keyboard.press(key)
    for (const key of ['Escape', 'Control+Enter', 'F2']) await page.keyboard.press(key)
    assert.deepEqual(await page.evaluate(() => Reflect.get(globalThis, 'heard')), [
      'Control',
      'Control',
      'Escape',
      'Control',
      'Enter',
      'F2',
    ])
    await page.keyboard.press('Shift+Tab')
    assert.equal(await page.evaluate(() => Reflect.get(globalThis, 'document').activeElement.closest('.dfl-grid')), null)
  })

  it('copies to the clipboard', async () => {
    await openResults(page, [output('copy', 30)])
    await cell('copy', 4, 0).click()
    await cell('copy', 5, 1).click({ modifiers: ['Shift'] })
    await page.keyboard.press('Control+c')
    const copied = await page.evaluate(() => Reflect.get(Reflect.get(globalThis, 'navigator'), 'clipboard').readText())
    assert.equal(copied, `${idText(4)}\t\n${idText(5)}\t5.0005`)
    await page.getByText('Copied 4 cells of 2 rows.').waitFor({ state: 'attached' })
  })

  it('opens a whole value beside the rows', async () => {
    await openResults(page, [output('detail', 4)])
    await cell('detail', 3, 4).dblclick()
    assert.equal(await page.locator('.dfl-fulltext').innerText(), '[\n  "a3",\n  null,\n  "<b>"\n]')
    await screenshot(page, 'result-detail')
  })

  it('is removed with its output, the others stay', async () => {
    await openResults(page, [output('one', 3), output('two', 3)])
    await page.evaluate(() => Reflect.get(globalThis, 'renderer').disposeOutputItem('one'))
    assert.deepEqual([await page.locator('#one .dfl-grid').count(), await page.locator('#two .dfl-grid').count()], [0, 1])
    assert.equal(await page.locator('style#dataflow-result-styles').count(), 1)
  })

  it('takes a new value of the same output', async () => {
    await openResults(page, [output('again', 3)])
    const next = output('again', 5)
    await page.evaluate(({ id, metadata, data }) => {
      const element = Reflect.get(globalThis, 'document').getElementById(id)
      Reflect.get(globalThis, 'renderer').renderOutputItem({ id, metadata, data: () => new TextEncoder().encode(data) }, element)
    }, next)
    assert.equal(await facts('again'), '5 rows · 1.2 s')
    assert.equal(await page.locator('#again .dfl-row').count(), 5)
  })

  for (const theme of themes) {
    it(`can be used by everybody in the theme ${theme}`, async () => {
      await openResults(page, [output('cut', 100, 'bytes'), output('none', 0), { id: 'bad', metadata: undefined, data: 'AAAA' }], { theme })
      await cell('cut', 2, 1).click()
      await checkAccess(page, 'main')
      await screenshot(page, `result-${theme}`)
    })
  }
})
