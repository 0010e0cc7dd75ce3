import { join } from 'node:path'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { chromium, type Page } from 'playwright-core'
import { findBrowser } from './runtime.ts'

export interface Browser {
  readonly page: Page
  stop(): Promise<void>
}

const actionMs = 30_000
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking']

/** A headless Chromium with one page and a profile of its own. */
export async function openBrowser(viewport = { width: 1400, height: 900 }): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), 'dfcr-'))
  const drop = (): void => rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  process.once('exit', drop)
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: findBrowser(),
    headless: true,
    viewport,
    locale: 'en-US',
    permissions: ['clipboard-read', 'clipboard-write'],
    args: [...flags, '--disable-component-update', '--disable-sync'],
  })
  const page = context.pages()[0] ?? (await context.newPage())
  page.setDefaultTimeout(actionMs)
  return {
    page,
    stop: async () => {
      await context.close()
      process.off('exit', drop)
      drop()
    },
  }
}
