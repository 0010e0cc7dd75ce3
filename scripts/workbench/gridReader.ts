import type { Frame, Locator } from 'playwright-core'

/** What a grid shows, as a person reads it: text, or null for NULL. */
export interface ShownTable {
  /** Names of the columns in view. */
  readonly columns: readonly string[]
  readonly rows: readonly Readonly<Record<string, string | null>>[]
}

interface ShownCell {
  readonly row: number
  readonly column: number
  readonly kind: string
  readonly text: string
}

interface ShownRow {
  readonly row: number
  readonly cells: readonly ShownCell[]
}

const readyMs = 30_000

/** The grid of a page or of a cell's result, read from its elements. */
export class GridReader {
  readonly #grid: Locator

  /** `nth`: which grid of the frame, in order of appearance. */
  constructor(frame: Frame, nth = 0) {
    this.#grid = frame.locator('.dfl-scroller').nth(nth)
  }

  /** Rows in all, as the grid tells a screen reader; waits until they are known. */
  async rowCount(): Promise<number> {
    await this.#grid.waitFor()
    return Number(await this.#grid.getAttribute('aria-rowcount')) - 1
  }

  /** Rows [0, limit), scrolling down as far as that takes; of each the columns that are in view; ends at the top. */
  async read(limit: number): Promise<ShownTable> {
    const wanted = Math.min(limit, await this.rowCount())
    const found = new Map<number, ShownRow>()
    const height = await this.#rowHeight(wanted)
    for (let next = 0, end = Date.now() + readyMs; next < wanted;) {
      await this.#grid.evaluate((element, top) => (element.scrollTop = top), next * height)
      for (const shown of await this.#shownRows()) if (isReady(shown)) found.set(shown.row, shown)
      const before = next
      while (found.has(next)) next += 1
      if (next > before) end = Date.now() + readyMs
      if (Date.now() > end) throw new Error(`The grid does not show row ${next} after ${readyMs / 1000} s.`)
    }
    await this.#grid.evaluate(element => (element.scrollTop = 0))
    const names = new Map(await this.#names())
    const rows = Array.from({ length: wanted }, (_, row) => asRecord(names, found.get(row)))
    return { columns: [...names.values()], rows }
  }

  /** Number and name of the columns in view. */
  async #names(): Promise<readonly (readonly [number, string])[]> {
    return await this.#grid
      .locator('.dfl-headcell')
      .evaluateAll(cells =>
        cells.map(cell => [Number(cell.getAttribute('data-column')), cell.querySelector('.dfl-name')?.textContent ?? ''] as const),
      )
  }

  async #rowHeight(rows: number): Promise<number> {
    if (rows === 0) return 0
    const box = await this.#grid.locator('.dfl-row').first().boundingBox()
    if (!box) throw new Error('The grid shows no row.')
    return box.height
  }

  async #shownRows(): Promise<readonly ShownRow[]> {
    const cells: readonly ShownCell[] = await this.#grid.locator('.dfl-row [role="gridcell"]').evaluateAll(elements =>
      elements.map(cell => ({
        row: Number(cell.closest('.dfl-row')?.getAttribute('data-row')),
        column: Number(cell.getAttribute('data-column')),
        kind: cell.getAttribute('data-kind') ?? '',
        text: cell.querySelector('.dfl-value')?.textContent ?? '',
      })),
    )
    return Array.from(
      Map.groupBy(cells, cell => cell.row),
      ([row, own]) => ({ row, cells: own }),
    )
  }
}

function isReady({ cells }: ShownRow): boolean {
  return cells.length > 0 && cells.every(({ kind }) => kind !== 'loading' && kind !== 'failed')
}

function asRecord(names: ReadonlyMap<number, string>, row: ShownRow | undefined): Readonly<Record<string, string | null>> {
  const cells = row?.cells.map(({ column, kind, text }) => [names.get(column) ?? '', kind === 'null' ? null : text] as const)
  return Object.fromEntries(cells ?? [])
}
