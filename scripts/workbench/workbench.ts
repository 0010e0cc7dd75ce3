// Page objects for the workbench of VS Code 1.139; selectors may need a look after an update.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Frame, Locator, Page } from 'playwright-core'

const readyMs = 90_000
const webviewMs = 60_000

/** Drives one workbench window as a person would. */
export class Workbench {
  readonly page: Page
  readonly #shots: string

  /** `shots`: folder for screenshots, made when missing. */
  constructor(page: Page, shots: string) {
    this.page = page
    this.#shots = shots
    mkdirSync(shots, { recursive: true })
  }

  async open(url: string): Promise<void> {
    await this.page.goto(url)
    await this.page.locator('.monaco-workbench .activitybar').waitFor({ timeout: readyMs })
  }

  /** Keeps a PNG of the window. */
  async shot(name: string): Promise<void> {
    await this.page.screenshot({ path: join(this.#shots, `${name}.png`) })
  }

  /** Shows a view container by its title in the activity bar. */
  async openContainer(title: string): Promise<void> {
    await this.page.locator(`.activitybar .action-label[aria-label^="${title}"]`).click()
  }

  /** A row of a tree; `view` is the title of the view it lies in. Rows are virtual: only visible ones exist. */
  treeItem(text: string, view?: string): Locator {
    const pane = this.page.locator('.pane', { has: this.page.locator('.pane-header', { hasText: view ?? '' }) })
    const scope = view === undefined ? this.page.locator('.part.sidebar') : pane
    return scope.locator('.monaco-list-row[role="treeitem"]', { hasText: text }).first()
  }

  /** Opens a row's children; clicks again when a tree that was just drawn anew has swallowed the click. */
  async expand(row: Locator): Promise<void> {
    const opened = row.and(this.page.locator('[aria-expanded="true"]'))
    for (let attempt = 0; attempt < 10; attempt++) {
      await row.waitFor()
      await row.scrollIntoViewIfNeeded()
      if ((await opened.count()) === 0) await row.locator('.monaco-tl-twistie').click()
      if (await isShown(opened)) return
    }
    throw new Error('A row of a tree does not open.')
  }

  /** Runs an entry of a row's context menu. */
  async treeMenu(row: Locator, entry: string): Promise<void> {
    await row.click({ button: 'right' })
    await this.#clickMenu(entry)
  }

  /** Runs a command by its title as the command palette shows it: `Category: Title`. */
  async command(title: string): Promise<void> {
    await this.page.keyboard.press('F1')
    await this.quickInput.waitFor()
    await this.quickInput.fill(`>${title}`)
    await this.quickPick(title).waitFor()
    await this.page.keyboard.press('Enter')
  }

  get quickInput(): Locator {
    return this.page.locator('.quick-input-widget input.input')
  }

  quickPick(text: string): Locator {
    return this.page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first()
  }

  notification(text: string): Locator {
    return this.page.locator('.notification-toast', { hasText: text }).first()
  }

  statusBarItem(text: string): Locator {
    return this.page.locator('.statusbar-item', { hasText: text }).first()
  }

  /** Opens a file of the workspace by its name. */
  async openFile(name: string): Promise<void> {
    await this.page.keyboard.press('Control+P')
    await this.quickInput.waitFor()
    await this.quickInput.fill(name)
    await this.quickPick(name).waitFor()
    await this.page.keyboard.press('Enter')
  }

  /** The frame of a visible webview that shows `selector`. All outputs of a notebook share one. */
  async webviewWith(selector: string, timeoutMs = webviewMs): Promise<Frame> {
    for (const end = Date.now() + timeoutMs; Date.now() < end; await this.page.waitForTimeout(100)) {
      for (const frame of this.page.frames()) {
        if (await hasVisible(frame, selector)) return frame
      }
    }
    throw new Error(`No webview shows ${selector} after ${timeoutMs / 1000} s.`)
  }

  /** The nth code cell of the notebook in front. */
  cell(nth: number): Locator {
    return this.page.locator('.notebook-editor .cell-list-container .code-cell-row').nth(nth)
  }

  /** Runs a code cell with its run button; `kernel` is chosen when VS Code asks for one. */
  async runCell(nth: number, kernel: string): Promise<void> {
    const cell = this.cell(nth)
    await cell.click()
    await cell.locator('.run-button-container .action-label').first().click()
    // With a single kernel nothing is asked.
    await this.quickPick(kernel)
      .click({ timeout: 1500 })
      .catch(() => {})
  }

  /** Turns the wheel over the notebook until an output is in view; outputs below are not drawn before. */
  async scrollTo(output: Locator, timeoutMs = webviewMs): Promise<void> {
    await this.page.locator('.notebookOverlay .cell-list-container').first().hover()
    for (const end = Date.now() + timeoutMs; Date.now() < end; await this.page.waitForTimeout(250)) {
      if (await output.isVisible()) return await output.scrollIntoViewIfNeeded()
      await this.page.mouse.wheel(0, 400)
    }
    throw new Error(`The notebook shows no such output after ${timeoutMs / 1000} s.`)
  }

  /** A fresh menu ignores the mouse for about 100 ms without a sign, so this clicks until the menu has gone. */
  async #clickMenu(label: string): Promise<void> {
    const entry = this.page.locator('.monaco-menu .action-item', { hasText: label }).first()
    await entry.waitFor()
    for (let attempt = 0; attempt < 20; attempt++) {
      await entry.click({ timeout: 1000 }).catch(() => {})
      if (await isGone(entry)) return
    }
    throw new Error(`The menu entry ${label} does not take a click.`)
  }
}

async function isShown(element: Locator): Promise<boolean> {
  return await element.waitFor({ timeout: 1000 }).then(
    () => true,
    () => false,
  )
}

async function isGone(entry: Locator): Promise<boolean> {
  return await entry.waitFor({ state: 'hidden', timeout: 500 }).then(
    () => true,
    () => false,
  )
}

/** A frame may go while it is being asked. */
async function hasVisible(frame: Frame, selector: string): Promise<boolean> {
  return await frame
    .locator(selector)
    .first()
    .isVisible()
    .catch(() => false)
}
