import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import axe from 'axe-core'
import type { Page } from 'playwright-core'

interface Violation {
  readonly id: string
  readonly help: string
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[]
}

const folder = 'build/screenshots'

/** Asserts that axe finds nothing, best practices included, on the page or in the part that a selector names. */
export async function checkAccess(page: Page, part?: string): Promise<void> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe.source)
  const violations: readonly Violation[] = await page.evaluate(async selector => {
    const found = await Reflect.get(globalThis, 'axe').run(selector ?? Reflect.get(globalThis, 'document'))
    return found.violations
  }, part)
  assert.deepEqual(
    violations.map(
      ({ id, help, nodes }) =>
        `${id}: ${help}\n${nodes
          .slice(0, 3)
          .map(node => `${node.html}\n${node.failureSummary ?? ''}`)
          .join('\n')}`,
    ),
    [],
  )
}

/** Keeps what the page shows as build/screenshots/NAME.png. */
export async function screenshot(page: Page, name: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  await page.screenshot({ path: `${folder}/${name}.png` })
}
