import type { Frame, Locator, Page } from 'playwright-core'
import type { Workbench } from './workbench.ts'

const previewMs = 60_000
const childrenMs = 30_000

/** Page objects for our own surfaces: one of our trees, and what it opens. */
export class Lakehouse {
  readonly #workbench: Workbench
  readonly #page: Page
  readonly #view: Locator

  constructor(workbench: Workbench, viewTitle = 'Lakehouse') {
    this.#workbench = workbench
    this.#page = workbench.page
    this.#view = this.#page.locator('.pane', { has: this.#page.locator('.pane-header', { hasText: viewTitle }) })
  }

  /** Shows the view and waits for the first connection. */
  async open(): Promise<void> {
    await this.#workbench.openContainer('DataFlow Lab')
    const closed = this.#view.locator('.pane-header[aria-expanded="false"]')
    await this.#view.locator('.pane-header').waitFor()
    if ((await closed.count()) > 0) await closed.click()
    await this.#view.locator('.monaco-list-row').first().waitFor()
  }

  /** The row at the end of a path of labels; its parents are opened, and their siblings closed, so that it can be seen. */
  async reveal(...path: readonly string[]): Promise<Locator> {
    for (const [depth, label] of path.slice(0, -1).entries()) {
      await this.#closeOthers(depth, label)
      await this.#openUntil(this.#row(depth, label), this.#row(depth + 1, path[depth + 1] ?? ''))
    }
    const row = this.#row(path.length - 1, path.at(-1) ?? '')
    await row.waitFor()
    return row
  }

  /** Labels of the rows directly below a path. */
  async childrenOf(...path: readonly string[]): Promise<readonly string[]> {
    const row = await this.reveal(...path)
    await this.#closeOthers(path.length - 1, path.at(-1) ?? '')
    const children = this.#rowsAt(path.length)
    await this.#openUntil(row, children)
    return await children.locator('.label-name').allInnerTexts()
  }

  /** Opens a row until something is shown below it: a table that was only just recognised may close its row once. */
  async #openUntil(row: Locator, below: Locator): Promise<void> {
    for (const end = Date.now() + childrenMs; (await below.count()) === 0; await this.#page.waitForTimeout(250)) {
      if (Date.now() > end) throw new Error(`${await row.innerText()} shows nothing below it after ${childrenMs / 1000} s.`)
      await this.#workbench.expand(row)
    }
  }

  /** The page that shows a version of a table. */
  async previewOf(table: string, version: number): Promise<Frame> {
    await this.#page.locator('.tab.active', { hasText: `${table} · version ${version}` }).waitFor({ timeout: previewMs })
    const frame = await this.#workbench.webviewWith('.dfp-versionbutton', previewMs)
    await frame.locator('.dfp-versionbutton', { hasText: new RegExp(`Version ${version}(?!\\d)`) }).waitFor()
    await frame.locator('.dfp-app[aria-busy="false"]').waitFor()
    return frame
  }

  /** The page that shows a run. */
  async runOf(name: string): Promise<Frame> {
    await this.#page.locator('.tab.active', { hasText: name }).waitFor({ timeout: previewMs })
    const frame = await this.#workbench.webviewWith('.dfr-header', previewMs)
    await frame.locator('h1', { hasText: exactly(name) }).waitFor()
    return frame
  }

  #row(depth: number, label: string): Locator {
    return this.#rowsAt(depth).filter({ has: this.#page.locator('.label-name', { hasText: exactly(label) }) })
  }

  #rowsAt(depth: number): Locator {
    return this.#view.locator(`.monaco-list-row[aria-level="${depth + 1}"]`)
  }

  async #closeOthers(depth: number, label: string): Promise<void> {
    const others = this.#rowsAt(depth)
      .filter({ hasNot: this.#page.locator('.label-name', { hasText: exactly(label) }) })
      .and(this.#page.locator('[aria-expanded="true"]'))
    for (let left = await others.count(); left > 0; left = await others.count()) {
      await others.first().locator('.monaco-tl-twistie').click()
    }
  }
}

function exactly(text: string): RegExp {
  return new RegExp(`^${text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`)
}
