import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import { LakehouseError } from '#base/errors.ts'
import { examinationOf } from '#host/doctor/shownFindings.ts'
import { findingsOf } from '#doctor/rules.ts'
import { english } from '#doctor/words/english.ts'
import { brazilian } from '#doctor/words/brazilian.ts'
import type { Language } from '#doctor/words/wording.ts'
import type { DoctorHost, Examination } from '#protocol/doctor.ts'
import { openBrowser, type Browser } from '../../scripts/workbench/browser.ts'
import { factsOf } from '../support/doctorFacts.ts'
import { checkAccess, screenshot } from '../support/pageChecks.ts'
import { openDoctor, themes } from '../support/pageHarness.ts'

const file = `services:
  minio: { image: minio/minio, ports: ["9000:9000"], environment: { MINIO_ROOT_PASSWORD: admin123 } }
  spark-master: { image: "bitnami/spark:3.5.5" }
  mlflow: { image: "ghcr.io/mlflow/mlflow:latest", environment: { MLFLOW_S3_ENDPOINT_URL: "http://localhost:9000" } }
`

describe('doctor page', () => {
  let browser: Browser
  let page: Page

  before(async () => {
    browser = await openBrowser({ width: 1000, height: 800 })
  })
  after(() => browser.stop())

  beforeEach(async () => {
    page = await browser.page.context().newPage()
    page.on('pageerror', error => assert.fail(error))
  })
  afterEach(() => page.close())

  const button = (name: string | RegExp) => page.getByRole('button', { name })
  const item = (text: string) => page.getByRole('listitem').filter({ hasText: text }).first()

  it('shows findings by severity, with what was seen, why it matters and what to do', async () => {
    await openDoctor(page, hostOf(examination()))
    await page.getByRole('heading', { name: /^Errors/ }).waitFor()
    const headings = await page.getByRole('heading', { level: 2 }).allInnerTexts()
    assert.deepEqual(headings, ['Errors (4)', 'Warnings (3)', 'Good to know (2)', 'Not looked at'])
    const gone = await item('The image of minio').innerText()
    assert.match(gone, /minio\/minio has left its registry\.[^]*quay\.io[^]*Show the change…[^]*Open docker-compose\.yml, line 2/)
    assert.match(await page.getByText(/^Buckets: /).innerText(), /access denied/)
  })

  it('mends a finding and looks again', async () => {
    const calls: string[] = []
    let seen = examination()
    const host = hostOf(seen, calls)
    await openDoctor(page, { ...host, examine: async () => seen })
    await button('Show the change…').first().waitFor()
    seen = { ...seen, findings: [] }
    await item('The image of minio').getByRole('button', { name: 'Show the change…' }).click()
    await page.getByText('Nothing stands out').waitFor()
    assert.equal(calls.length, 1)
    assert.match(calls[0] ?? '', /^fix \d$/)
    assert.equal(await page.getByRole('status').innerText(), 'Done. Looking again.')
  })

  it('stays as it is where the user did not agree', async () => {
    const calls: string[] = []
    await openDoctor(page, { ...hostOf(examination(), calls), fixAll: async () => ({ isDone: false }) })
    await button('Show all changes of files…').click()
    await button('Copy report').click()
    await page.getByText('Report copied.').waitFor()
    assert.deepEqual(calls, ['copyReport'])
  })

  it('tells how far it is, and why it could not look', async () => {
    const stop = Promise.withResolvers<never>()
    const host = hostOf(examination())
    await openDoctor(page, {
      ...host,
      examine: async (_nothing, _signal, report) => {
        report?.({ done: 3, total: 13 })
        return await stop.promise
      },
    })
    await page.getByText('Looking at the stack: 3 of 13').waitFor()
    assert.ok(await button('Run again').isDisabled())
    stop.reject(new LakehouseError('denied', 'The file cannot be read.', { hint: 'Check who may read it.' }))
    await page.getByRole('alert').filter({ hasText: 'Check who may read it.' }).waitFor()
    assert.ok(await button('Run again').isEnabled())
  })

  it('speaks Portuguese', async () => {
    await openDoctor(page, hostOf(examination(brazilian)), { language: 'pt-br' })
    await page.getByRole('heading', { name: 'Erros (4)' }).waitFor()
    await button('Examinar de novo').waitFor()
    assert.match(await item('A imagem de minio').innerText(), /saiu do seu registro/)
  })

  for (const theme of themes) {
    it(`is accessible in the theme ${theme}`, async () => {
      await openDoctor(page, hostOf(examination()), { theme })
      await page.getByRole('heading', { name: /^Errors/ }).waitFor()
      await checkAccess(page)
      await screenshot(page, `doctor-${theme}`)
    })
  }
})

function examination(language: Language = english): Examination {
  const findings = findingsOf(factsOf(file))
  const unchecked = [{ part: 'buckets', why: 'access denied' }] as const
  return examinationOf(
    { engine: 'docker', file: '/project/docker-compose.yml', checkedAt: Date.now(), findings, unchecked },
    '/project',
    language,
  )
}

function hostOf(seen: Examination, calls: string[] = []): DoctorHost {
  return {
    examine: async () => seen,
    fix: async ({ id }) => {
      calls.push(`fix ${id}`)
      return { isDone: true }
    },
    fixAll: async () => ({ isDone: true }),
    openPlace: async ({ id }) => void calls.push(`open ${id}`),
    copyReport: async () => void calls.push('copyReport'),
  }
}
