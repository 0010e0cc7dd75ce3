import { asError } from '#base/errors.ts'
import { countText, type Strings } from '../strings.ts'
import type { GridModel } from './gridModel.ts'
import type { Block } from './selection.ts'
import { blockText, blockTextNow, type Copied } from './tsv.ts'

/** Copies cells and says so. A second copy ends the first, should that still wait for its rows. */
export class Copier {
  readonly #model: GridModel
  readonly #strings: Strings
  readonly #write: (text: string) => Promise<void>
  readonly #announce: (text: string) => void
  #loading = new AbortController()

  constructor(model: GridModel, strings: Strings, write: (text: string) => Promise<void>, announce: (text: string) => void) {
    this.#model = model
    this.#strings = strings
    this.#write = write
    this.#announce = announce
  }

  /** Puts the selected cells on the clipboard, loading those that are not there yet. */
  copySelection(): void {
    const block = this.#model.block.value
    if (!block) return
    this.#loading.abort()
    this.#loading = new AbortController()
    const now = blockTextNow(this.#model.rows, block)
    if (!now) this.#announce(this.#strings.grid.loading)
    const ready = now ? Promise.resolve(now) : blockText(this.#model.rows, block, this.#loading.signal)
    this.#finish(ready, block, this.#loading.signal)
  }

  /** Answers a copy command of the browser or of VS Code with the selected cells. */
  answer(event: ClipboardEvent): void {
    const block = this.#model.block.value
    if (!block) return
    event.preventDefault()
    event.stopPropagation()
    const now = blockTextNow(this.#model.rows, block)
    if (!now || !event.clipboardData) {
      this.copySelection()
      return
    }
    event.clipboardData.setData('text/plain', now.text)
    this.#announce(this.#done(now, block))
  }

  copyValue(text: string): void {
    const one: Block = { rows: { first: 0, end: 1 }, columns: { first: 0, end: 1 } }
    this.#finish(Promise.resolve({ text, rows: 1 }), one, this.#loading.signal)
  }

  #finish(ready: Promise<Copied>, block: Block, signal: AbortSignal): void {
    ready
      .then(async copied => {
        signal.throwIfAborted()
        await this.#write(copied.text)
        this.#announce(this.#done(copied, block))
      })
      .catch((error: unknown) => {
        if (!signal.aborted) this.#announce(this.#strings.grid.copyFailed(asError(error).message))
      })
  }

  #done({ rows }: Copied, block: Block): string {
    const { grid } = this.#strings
    const wanted = block.rows.end - block.rows.first
    if (rows < wanted) return grid.copiedPart(countText(rows, this.#strings))
    const cells = rows * (block.columns.end - block.columns.first)
    return cells === 1 ? grid.copiedOne : grid.copied(countText(rows, this.#strings), countText(cells, this.#strings))
  }
}
