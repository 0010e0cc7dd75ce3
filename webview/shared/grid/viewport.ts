/**
 * Which rows a scrolled viewport shows. Rows have one height, so this is arithmetic: nothing is kept per row, whatever their
 * number. Browsers stop laying out near 33.5 million pixels (half of that at zoom 2), so a taller body is drawn in
 * `tallestBody` pixels: short scrolls move by their own pixels, long ones (a dragged thumb) in proportion.
 */

/** A span of rows or columns [first, end). */
export interface Span {
  readonly first: number
  readonly end: number
}

export interface Scroll {
  /** The scrollTop of the element. */
  readonly dom: number
  /** The same place in pixels of the whole body, rows times height. */
  readonly top: number
}

export interface Body {
  readonly rows: number
  readonly rowHeight: number
  /** Height in which rows show: the element less its header. */
  readonly viewHeight: number
}

const tallestBody = 8_000_000

export const unscrolled: Scroll = { dom: 0, top: 0 }

/** Height of the element that rows are placed in. */
export function bodyHeight({ rows, rowHeight }: Body): number {
  return Math.min(rows * rowHeight, tallestBody)
}

/** Where the body is after the element was scrolled to `dom`. */
export function afterScroll(before: Scroll, dom: number, body: Body): Scroll {
  const { lastDom, lastTop } = ends(body)
  if (lastDom === lastTop) return { dom, top: clamp(dom, lastTop) }
  if (dom <= 0) return unscrolled
  if (dom >= lastDom) return { dom, top: lastTop }
  const moved = dom - before.dom
  if (Math.abs(moved) < body.viewHeight * 2) return { dom, top: clamp(before.top + moved, lastTop) }
  return { dom, top: (dom / lastDom) * lastTop }
}

/** The scroll that shows body pixel `top` first. */
export function scrollTo(top: number, body: Body): Scroll {
  const { lastDom, lastTop } = ends(body)
  const at = clamp(top, lastTop)
  return { dom: lastTop === 0 ? 0 : lastDom === lastTop ? at : Math.round((at / lastTop) * lastDom), top: at }
}

/** The least scroll that shows all of `row`. */
export function revealRow(scroll: Scroll, row: number, body: Body): Scroll {
  const start = row * body.rowHeight
  const last = start + body.rowHeight - body.viewHeight
  if (scroll.top > start) return near(scroll, start, body)
  return scroll.top < last ? near(scroll, last, body) : scroll
}

/** Rows at least partly in view, with `spare` more at either side. */
export function rowsInView(scroll: Scroll, { rows, rowHeight, viewHeight }: Body, spare: number): Span {
  const first = Math.floor(scroll.top / rowHeight) - spare
  const end = Math.ceil((scroll.top + viewHeight) / rowHeight) + spare
  return { first: Math.max(0, Math.min(first, rows)), end: Math.max(0, Math.min(end, rows)) }
}

/** Rows that fit whole, at least one: what a page key moves by. */
export function rowsPerView({ rowHeight, viewHeight }: Body): number {
  return Math.max(1, Math.floor(viewHeight / rowHeight))
}

/** Keeps a short way short also in the element, so that rows stay where they are drawn. */
function near(scroll: Scroll, top: number, body: Body): Scroll {
  const { lastDom, lastTop } = ends(body)
  const moved = clamp(top, lastTop) - scroll.top
  const dom = scroll.dom + moved
  const isShort = Math.abs(moved) < body.viewHeight * 2 && dom > 0 && dom < lastDom
  return isShort ? { dom, top: scroll.top + moved } : scrollTo(top, body)
}

function ends(body: Body): { readonly lastDom: number; readonly lastTop: number } {
  return {
    lastDom: Math.max(0, bodyHeight(body) - body.viewHeight),
    lastTop: Math.max(0, body.rows * body.rowHeight - body.viewHeight),
  }
}

function clamp(value: number, last: number): number {
  return Math.max(0, Math.min(value, last))
}
