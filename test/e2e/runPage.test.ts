import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import { LakehouseError } from '#base/errors.ts'
import { openBrowser, type Browser } from '../../scripts/workbench/browser.ts'
import { checkAccess, screenshot } from '../support/pageChecks.ts'
import { openRun, themes } from '../support/pageHarness.ts'
import { hostileName, latest, pointsFrom, pretendRun, runAt } from '../support/runHosts.ts'

describe('run page', () => {
  let browser: Browser
  let page: Page

  before(async () => {
    browser = await openBrowser({ width: 1100, height: 700 })
  })
  after(() => browser.stop())

  beforeEach(async () => {
    page = await browser.page.context().newPage()
    page.on('pageerror', error => assert.fail(error))
  })
  afterEach(() => page.close())

  const tab = (name: string | RegExp) => page.getByRole('tab', { name })
  const card = (name: string) => page.locator('.dfr-card').filter({ hasText: name })
  const chart = (name: string) => card(name).getByRole('img')

  it('shows what the run is', async () => {
    await openRun(page, pretendRun())
    await page.getByRole('heading', { name: 'bold-ant-7' }).waitFor()
    const facts = await page.locator('.dfr-facts > div').allInnerTexts()
    assert.deepEqual(
      facts.map(text => text.replaceAll(/\s+/g, ' ').trim()).filter(text => !/^(Started|Ended) /.test(text)),
      [
        'State Finished',
        'Run ID ead97ccb61c242bb84c9d12dc0610f28',
        'Experiment trading',
        'Duration 12 min 34 sec',
        'User ana',
        'Source train.py',
        'Git commit 2b2517a1c0ffee',
        'Artifacts mlflow-artifacts:/2/ead97ccb/artifacts',
        'Tracking URI http://127.0.0.1:5000',
      ],
    )
    assert.equal(await page.locator('.dfr-note p').innerText(), 'First try.\n<b>No markup.</b>')
  })

  it('moves through the tabs by arrows and remembers the tab', async () => {
    const { saved, peer } = await openRun(page, pretendRun())
    await tab('Overview').focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    assert.equal(await tab(/Parameters/).getAttribute('aria-selected'), 'true')
    await page.getByRole('tabpanel', { name: /Parameters/ }).waitFor()
    await peer.call('keep', { connection: 'Local stack', runId: 'r1' })
    const kept = Object(await saved())
    assert.deepEqual([kept.tab, kept.connection, kept.runId], ['params', 'Local stack', 'r1'])
  })

  it('shows hostile names and values as text and runs none of it', async () => {
    await openRun(page, pretendRun({ open: async () => runAt({ name: hostileName }) }), { saved: { tab: 'params' } })
    await page.getByRole('rowheader').first().waitFor()
    const texts = await page.locator('tbody tr').nth(1).locator('th, td').allTextContents()
    assert.deepEqual(texts.slice(0, 2), [hostileName, '<script>globalThis.hacked = 1</script>'])
    assert.equal(await page.locator('h1').textContent(), hostileName)
    assert.equal(await page.locator('main img, main script, header img').count(), 0)
    assert.equal(await page.evaluate(() => Reflect.get(globalThis, 'hacked')), undefined)
    await screenshot(page, 'run-hostile')
  })

  it('filters parameters by name or value, folds long ones and copies by keyboard', async () => {
    const host = pretendRun()
    await openRun(page, host, { saved: { tab: 'params' } })
    const rows = page.locator('tbody tr')
    await rows.first().waitFor()
    assert.match(await rows.nth(3).innerText(), /x{400}… Show all 6,000 characters/)
    await page.getByRole('button', { name: 'Show all 6,000 characters' }).click()
    assert.match(await rows.nth(3).innerText(), /x{6000}/)
    await page.locator('.dfr-copy').first().focus()
    await page.keyboard.press('End')
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('Enter')
    await page.getByText('Copied.').waitFor()
    assert.deepEqual(host.calls, ['copy 0.1'])
    await page.getByRole('textbox').fill('LEARN')
    assert.deepEqual(await page.getByRole('rowheader').allInnerTexts(), ['learning_rate'])
    assert.equal(await page.locator('.dfr-toolbar [role="status"]').innerText(), '1 of 4')
    await page.keyboard.press('Escape')
    assert.equal(await rows.count(), 4)
  })

  it('draws each metric that has more than one finite value, and says what it draws', async () => {
    await openRun(page, pretendRun(), { saved: { tab: 'metrics' } })
    await chart('loss').waitFor()
    assert.equal(
      await chart('loss').getAttribute('aria-label'),
      'loss: 2,000 points from 0 to 1,999, lowest 0.0005, highest 1, last 0.0005',
    )
    assert.equal(await card('loss').locator('canvas').count(), 1)
    await card('only once').getByText('One value').waitFor()
    await card('spoilt').getByText('None of the values is a finite number').waitFor()
    assert.ok((await inkOf(page, 'loss')) > 200, 'the line is drawn')
    await screenshot(page, 'run-metrics')
  })

  it('has a table of the points beside each chart, and copies all values', async () => {
    const host = pretendRun()
    await openRun(page, host, { saved: { tab: 'metrics' } })
    await card('loss').getByRole('button', { name: 'Show table' }).click()
    const rows = card('loss').locator('tbody tr')
    assert.deepEqual([await rows.count(), (await rows.nth(3).innerText()).split('\t').filter((_, i) => i !== 1)], [2000, ['3', '0.25']])
    await card('loss').getByRole('button', { name: 'Copy all values' }).click()
    await page.getByText('Copied 10,000 values.').waitFor()
    assert.ok(host.calls.includes('copy metric loss'))
    await checkAccess(page)
  })

  it('asks the server for the part that is marked, and for all again', async () => {
    const host = pretendRun()
    await openRun(page, host, { saved: { tab: 'metrics' } })
    const plot = card('loss').locator('.u-over')
    const box = await plot.boundingBox()
    assert.ok(box)
    await page.mouse.move(box.x + box.width / 4, box.y + 40)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width / 2, box.y + 40, { steps: 4 })
    await page.mouse.up()
    await card('loss').getByRole('button', { name: 'Show all steps' }).waitFor()
    await page.waitForFunction(() => /from (4|5)\d\d to (9|1,0)/.test(Reflect.get(globalThis, 'document').body.innerHTML))
    assert.match(host.calls.find(call => /^read loss \d/.test(call)) ?? '', /^read loss (4|5)\d\d (9|10)\d\d?\d?$/)
    await card('loss').getByRole('button', { name: 'Show all steps' }).click()
    await page.waitForFunction(() => /loss: 2,000 points from 0 to 1,999/.test(Reflect.get(globalThis, 'document').body.innerHTML))
  })

  it('changes the axis to times, and shows the latest values instead of charts', async () => {
    const { saved } = await openRun(page, pretendRun(), { saved: { tab: 'metrics' } })
    await page.getByLabel('X axis').selectOption('Relative time')
    await page.waitForFunction(() => /from 0 sec to 33\.32 min/.test(Reflect.get(globalThis, 'document').body.innerHTML))
    await page.getByRole('combobox', { name: 'Show' }).selectOption('Latest values')
    const rows = await page.locator('tbody tr').allInnerTexts()
    assert.deepEqual(
      rows.map(row => row.split('\t').slice(0, 3)),
      [
        ['accuracy', '0.9312', '9999'],
        ['loss', '0.0001', '9999'],
        ['only once', '42', '0'],
        ['spoilt', 'NaN', '3'],
      ],
    )
    const kept = Object(await saved())
    assert.deepEqual([kept.axis, kept.metricView], ['relative', 'values'])
  })

  it('reads only the histories that are in view or near, of a thousand metrics', async () => {
    const metrics = Array.from({ length: 1000 }, (_, i) => latest(`metric ${String(i).padStart(4, '0')}`, String(i), '9'))
    const host = pretendRun({ open: async () => runAt({ metrics }) })
    await openRun(page, host, { saved: { tab: 'metrics' } })
    await chart('metric 0000').waitFor()
    assert.ok(host.calls.length < 20, `${host.calls.length} histories were read`)
    await page.locator('.dfr-panel').evaluate(panel => panel.scrollTo(0, panel.scrollHeight))
    await chart('metric 0999').waitFor()
    assert.ok(host.calls.length < 40, `${host.calls.length} histories were read`)
    assert.ok((await page.locator('canvas').count()) < 20)
  })

  it('follows a run that goes on, and stops when it has ended', async () => {
    let opens = 0
    const host = pretendRun({
      open: async () => {
        opens += 1
        return runAt({ status: opens === 1 ? 'running' : 'finished', metrics: [latest('loss', String(opens), String(opens))] })
      },
    })
    await page.clock.install()
    await openRun(page, host, { saved: { tab: 'metrics' } })
    await page.locator('[data-status="running"]').waitFor()
    await chart('loss').waitFor()
    await page.clock.runFor(5500)
    await page.locator('[data-status="finished"]').waitFor()
    await page.waitForFunction(() => Reflect.get(globalThis, 'document').querySelector('.dfr-card h2').innerText.includes('2'))
    assert.deepEqual(host.calls, ['read loss', 'read loss'])
    await page.clock.runFor(20_000)
    assert.equal(opens, 2)
  })

  it('keeps what it shows when the server is gone, and says so', async () => {
    let opens = 0
    const open = async () => {
      opens += 1
      if (opens > 1) throw new LakehouseError('unreachable', 'Nothing listens at http://127.0.0.1:5000.')
      return runAt()
    }
    await openRun(page, pretendRun({ open }))
    await page.getByRole('button', { name: 'Refresh' }).click()
    await page.getByText('Not up to date: Nothing listens at http://127.0.0.1:5000.').waitFor()
    assert.equal(await page.locator('.dfr-facts').count(), 1)
    await checkAccess(page)
    await screenshot(page, 'run-stale')
  })

  it('says why a run cannot be shown and tries again', async () => {
    let failures = 1
    const open = async () => {
      if (failures-- > 0) throw new LakehouseError('notFound', 'Cannot read the run r1: it is not there.', { hint: 'Check it.' })
      return runAt()
    }
    await openRun(page, pretendRun({ open }))
    assert.match(
      await page.getByRole('alert').innerText(),
      /This run could not be shown\s+Cannot read the run r1: it is not there\.\s+Check it\./,
    )
    await screenshot(page, 'run-failed')
    await page.getByRole('button', { name: 'Retry' }).click()
    await page.getByRole('heading', { name: 'bold-ant-7' }).waitFor()
  })

  it('says at a chart why its history does not come, and tries again', async () => {
    let failures = 1
    const host = pretendRun({
      open: async () => runAt({ metrics: [latest('loss', '1', '9')] }),
      readMetric: async () => {
        if (failures-- > 0) throw new LakehouseError('timeout', 'The server did not answer in time.')
        return { columns: pointsFrom(0, 10), isSampled: false }
      },
    })
    await openRun(page, host, { saved: { tab: 'metrics' } })
    assert.match(await card('loss').getByRole('alert').innerText(), /did not answer in time\. Retry/)
    await card('loss').getByRole('button', { name: 'Retry' }).click()
    await chart('loss').waitFor()
    assert.equal(await card('loss').getByRole('alert').count(), 0)
  })

  it('opens folders of artifacts by keyboard, a page at a time', async () => {
    const host = pretendRun()
    await openRun(page, host, { saved: { tab: 'artifacts' } })
    const lines = page.getByRole('treeitem')
    await lines.first().focus()
    await page.keyboard.press('ArrowRight')
    await page.getByRole('treeitem', { name: 'MLmodel' }).waitFor()
    assert.match(await page.getByRole('treeitem', { name: 'MLmodel' }).innerText(), /1\.3 MB/)
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Enter')
    await page.getByRole('treeitem', { name: 'a.bin' }).waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.getByRole('treeitem', { name: 'b.bin' }).waitFor()
    assert.deepEqual(host.calls, ['list ', 'list model', 'list model/data', 'list model/data page 2'])
    assert.deepEqual(await lines.evaluateAll(all => all.map(line => line.getAttribute('aria-level'))), ['1', '2', '3', '3', '2', '1', '1'])
    await page.keyboard.press('Home')
    await page.keyboard.press('ArrowLeft')
    await lines.nth(3).waitFor({ state: 'detached' })
    await lines.nth(1).click()
    await page.getByText('Copied.').waitFor()
    assert.equal(host.calls.at(-1), `copy ${hostileName.replaceAll('/', '')}`)
  })

  it('copies the id and opens the run in MLflow', async () => {
    const host = pretendRun()
    await openRun(page, host)
    await page.getByRole('button', { name: 'Copy run ID' }).click()
    await page.getByText('Copied.').waitFor()
    await page.getByRole('button', { name: 'Open in MLflow' }).click()
    assert.deepEqual(host.calls, ['copy ead97ccb61c242bb84c9d12dc0610f28', 'open in MLflow'])
  })

  it('says where nothing was logged', async () => {
    const empty = pretendRun({
      open: async () => runAt({ metrics: [], params: [], tags: [] }),
      listArtifacts: async () => ({ artifacts: [], next: null }),
    })
    await openRun(page, empty)
    for (const [name, text] of [
      ['Metrics', 'No metrics were logged'],
      ['Parameters', 'No parameters were logged'],
      ['Tags', 'There are no tags'],
      ['Artifacts', 'No artifacts were logged'],
    ] as const) {
      await tab(new RegExp(name)).click()
      await page.getByText(text).waitFor()
      await checkAccess(page)
    }
  })

  it('speaks Portuguese where VS Code does', async () => {
    await openRun(page, pretendRun(), { language: 'pt-br', saved: { tab: 'metrics' } })
    await chart('loss').waitFor()
    assert.match((await chart('loss').getAttribute('aria-label')) ?? '', /^loss: 2\.000 pontos de 0 a 1\.999, menor 0,0005/)
    assert.deepEqual(await page.getByRole('tab').allInnerTexts(), ['Visão geral', 'Métricas\n4', 'Parâmetros\n4', 'Tags\n1', 'Artefatos'])
  })

  for (const theme of themes) {
    it(`can be used by everybody in the theme ${theme}`, async () => {
      await openRun(page, pretendRun(), { theme })
      await page.getByRole('heading', { name: 'bold-ant-7' }).waitFor()
      for (const name of ['Overview', 'Metrics', 'Parameters', 'Tags', 'Artifacts']) {
        await tab(new RegExp(name)).click()
        if (name === 'Metrics') await chart('loss').waitFor()
        if (name === 'Artifacts') await page.getByRole('treeitem').first().click()
        await checkAccess(page)
        await screenshot(page, `run-${name.toLowerCase()}-${theme}`)
      }
    })
  }
})

/** How many pixels of a chart are of the colour of its line. */
async function inkOf(page: Page, name: string): Promise<number> {
  const canvas = page.locator('.dfr-card').filter({ hasText: name }).locator('canvas')
  return await canvas.evaluate(element => {
    const { width, height } = Object(element)
    const { data } = Reflect.get(element, 'getContext').call(element, '2d').getImageData(0, 0, width, height)
    let ink = 0
    for (let i = 0; i < data.length; i += 4) if (data[i + 2] > 200 && data[i] < 120) ink += 1
    return ink
  })
}
