import type { Page } from 'playwright-core'

const rowsMs = 30_000

/** What a screen reader says of the rows of the view *Stack*, once one of them is as `holds` says. */
export async function stackRows(page: Page, holds: RegExp): Promise<readonly string[]> {
  const rows = page.locator('.pane', { has: page.locator('.pane-header', { hasText: 'Stack' }) }).locator('.monaco-list-row')
  for (const end = Date.now() + rowsMs; ; await page.waitForTimeout(250)) {
    const said = await rows.evaluateAll(elements => elements.map(row => row.getAttribute('aria-label') ?? ''))
    if (said.some(label => holds.test(label))) return said
    if (Date.now() > end) throw new Error(`The view Stack says: ${said.join('; ')}.`)
  }
}
