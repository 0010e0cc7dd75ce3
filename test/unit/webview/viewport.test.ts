import assert from 'node:assert/strict'
import {
  afterScroll,
  bodyHeight,
  revealRow,
  rowsInView,
  rowsPerView,
  scrollTo,
  unscrolled,
  type Body,
} from '../../../webview/shared/grid/viewport.ts'

const small: Body = { rows: 1000, rowHeight: 24, viewHeight: 240 }
const million: Body = { rows: 1_000_000, rowHeight: 24, viewHeight: 240 }
const huge: Body = { rows: 5_000_000_000, rowHeight: 24, viewHeight: 240 }

describe('viewport of rows', () => {
  it('shows the rows that the scroll uncovers, with some to spare', () => {
    assert.deepEqual(rowsInView(unscrolled, small, 0), { first: 0, end: 10 })
    assert.deepEqual(rowsInView(afterScroll(unscrolled, 12, small), small, 0), { first: 0, end: 11 })
    assert.deepEqual(rowsInView(afterScroll(unscrolled, 2400, small), small, 3), { first: 97, end: 113 })
    assert.deepEqual(rowsInView(unscrolled, { ...small, rows: 4 }, 8), { first: 0, end: 4 })
    assert.deepEqual(rowsInView(unscrolled, { ...small, rows: 0 }, 8), { first: 0, end: 0 })
  })

  it('never makes an element taller than browsers lay out', () => {
    assert.equal(bodyHeight(small), 24_000)
    assert.equal(bodyHeight(million), 8_000_000)
    assert.equal(bodyHeight(huge), 8_000_000)
  })

  it('reaches the last row of any number', () => {
    for (const body of [small, million, huge]) {
      const end = afterScroll(unscrolled, bodyHeight(body) - body.viewHeight, body)
      assert.equal(rowsInView(end, body, 0).end, body.rows)
      assert.deepEqual(afterScroll(end, 0, body), unscrolled)
    }
  })

  it('moves a tall body by the pixels of a short scroll, in proportion on a long one', () => {
    const half = afterScroll(unscrolled, 4_000_000, million)
    assert.ok(Math.abs(half.top / (million.rows * 24) - 0.5) < 0.001)
    const wheeled = afterScroll(half, 4_000_100, million)
    assert.equal(wheeled.top - half.top, 100)
    assert.equal(wheeled.dom - wheeled.top, half.dom - half.top)
  })

  it('reveals a row by the least scroll', () => {
    const at = scrollTo(2400, small)
    assert.equal(revealRow(at, 105, small), at)
    assert.equal(revealRow(at, 99, small).top, 99 * 24)
    assert.equal(revealRow(at, 110, small).top, 111 * 24 - 240)
  })

  it('keeps rows in place while keys walk through a tall body', () => {
    let scroll = scrollTo(600_000 * 24, million)
    const shift = scroll.dom - scroll.top
    for (let row = 600_000; row < 600_200; row += 1) scroll = revealRow(scroll, row, million)
    assert.equal(scroll.dom - scroll.top, shift)
    assert.equal(rowsInView(scroll, million, 0).end, 600_200)
  })

  it('shows the first and last row after any random walk of scrolls', () => {
    const seed = 20_261_124
    let state = seed
    const random = (): number => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
      return state / 2_147_483_648
    }
    let scroll = unscrolled
    for (let step = 0; step < 2000; step += 1) {
      const last = bodyHeight(million) - million.viewHeight
      const dom = random() < 0.5 ? random() * last : Math.max(0, Math.min(last, scroll.dom + (random() - 0.5) * 600))
      scroll = afterScroll(scroll, dom, million)
      const { first, end } = rowsInView(scroll, million, 0)
      assert.ok(
        first >= 0 && end <= million.rows && end - first >= 10 && end - first <= 11,
        `step ${step} of seed ${seed}: ${first}–${end}`,
      )
    }
    assert.equal(rowsInView(afterScroll(scroll, bodyHeight(million), million), million, 0).end, million.rows)
  })

  it('pages by the rows that fit', () => {
    assert.equal(rowsPerView(small), 10)
    assert.equal(rowsPerView({ ...small, viewHeight: 10 }), 1)
  })
})
