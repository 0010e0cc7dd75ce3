import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import { LakehouseError } from '#base/errors.ts'
import { openBrowser, type Browser } from '../../scripts/workbench/browser.ts'
import { checkAccess, screenshot } from '../support/pageChecks.ts'
import { openPreview, themes } from '../support/pageHarness.ts'
import { matchingRows, pretendPreview } from '../support/previewHosts.ts'

describe('filter box of the preview page', () => {
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

  const box = () => page.getByRole('textbox', { name: 'Filter rows' })
  const count = (text: string) => page.locator('.dfp-count', { hasText: text }).waitFor()
  const pretend = pretendPreview()
  const host = () => {
    const calls: string[] = []
    const readPage: typeof pretend.readPage = async (range, signal) => {
      calls.push(`${range.version} ${range.offset} ${range.filter}`)
      if (range.filter?.includes('nope') !== true) return await pretend.readPage(range, signal)
      throw new LakehouseError('invalid', 'There is no column nope, at character 1 of the filter.', {
        hint: 'Did you mean price?',
        details: { position: 0 },
      })
    }
    return { ...pretendPreview({ readPage }), calls }
  }

  it('applies with Enter, counts what it has seen, and clears with Escape', async () => {
    const pretended = host()
    const { saved } = await openPreview(page, pretended)
    await count('1,000,000 rows')
    await box().fill('price > 1')
    const asked = pretended.calls.length
    await box().press('Enter')
    await count('at least 1,000 matching rows')
    assert.equal(pretended.calls[asked], '120 0 price > 1')
    await page.waitForFunction(() => Reflect.get(globalThis, 'savedState')?.filter === 'price > 1')
    assert.ok(await saved())
    await page.locator('[data-row="0"] [data-column="0"]').click()
    await page.keyboard.press('Control+End')
    await count('1,234 matching rows')
    await screenshot(page, 'preview-filtered')
    await box().press('Escape')
    await count('1,000,000 rows')
    assert.equal(await box().inputValue(), '')
  })

  it('says what is wrong with a condition and keeps the rows', async () => {
    await openPreview(page, host())
    await count('1,000,000 rows')
    await box().fill('nope = 1')
    await box().press('Enter')
    assert.match(await page.getByRole('alert').innerText(), /no column nope, at character 1.*\s*Did you mean price\?/)
    assert.equal(await box().getAttribute('aria-invalid'), 'true')
    assert.equal(await page.locator('.dfp-count').innerText(), '1,000,000 rows')
    await checkAccess(page)
    await screenshot(page, 'preview-filter-mistake')
    await page.getByRole('button', { name: 'Clear the filter' }).click()
    await page.getByRole('alert').waitFor({ state: 'detached' })
    assert.equal(await box().evaluate(element => element === element.ownerDocument.activeElement), true)
  })

  it('stays with another version and after a reload', async () => {
    const pretended = host()
    const { peer } = await openPreview(page, pretended, { saved: { place: 'opaque', version: 7, filter: 'price > 1' } })
    await count('at least 1,000 matching rows')
    assert.equal(await box().inputValue(), 'price > 1')
    await peer.call('show', { version: 8 })
    await page.getByRole('button', { name: /Version 8/ }).waitFor()
    await count('at least 1,000 matching rows')
    assert.deepEqual(
      pretended.calls.filter(call => call.split(' ')[1] === '0'),
      ['7 0 price > 1', '8 0 price > 1'],
    )
  })

  it('says that no row meets a condition, in Portuguese too', async () => {
    await openPreview(
      page,
      pretendPreview({
        readPage: async (range, signal) => await pretend.readPage({ ...range, offset: matchingRows, filter: 'none' }, signal),
      }),
      {
        language: 'pt-br',
        saved: { filter: 'price > 1' },
      },
    )
    await page.getByText('Nenhuma linha atende ao filtro').waitFor()
    await page.getByRole('textbox', { name: 'Filtrar linhas' }).waitFor()
    await checkAccess(page)
  })

  for (const theme of themes) {
    it(`can be used by everybody in the theme ${theme}`, async () => {
      await openPreview(page, host(), { theme })
      await count('1,000,000 rows')
      await checkAccess(page, '.dfp-filter')
      await box().fill("country = 'BR'")
      await box().press('Enter')
      await count('at least 1,000 matching rows')
      await checkAccess(page)
      await screenshot(page, `preview-filter-${theme}`)
    })
  }
})
