import assert from 'node:assert/strict'
import type { Page } from '#arrow/page.ts'
import type { Clock } from '#base/clock.ts'
import { PageCache, type PageSource } from '../../../webview/shared/grid/pageCache.ts'

const columns = [{ name: 'id', type: 'bigint', numeric: true }]

function pageOf(offset: number, rows: number): Page {
  return { columns, rows, bytes: 10 * rows, cell: row => ({ kind: 'number', text: String(offset + row), clipped: false }) }
}

interface Asked {
  readonly offset: number
  readonly signal: AbortSignal
  answer(rows?: number): Promise<void>
  fail(message: string): Promise<void>
}

/** A source whose answers the test gives, and a clock that the test moves. */
function arrange(totalRows: number | null, keptBytes = 10_000) {
  const asked: Asked[] = []
  const sleeping: (() => void)[] = []
  const source: PageSource = {
    read: (offset, limit, signal) =>
      new Promise((resolve, reject) => {
        asked.push({
          offset,
          signal,
          answer: async (rows = limit) => {
            resolve(pageOf(offset, rows))
            await settled()
          },
          fail: async message => {
            reject(new Error(message))
            await settled()
          },
        })
      }),
  }
  const clock: Clock = {
    now: () => 0,
    sleep: (_ms, signal) =>
      new Promise((resolve, reject) => {
        sleeping.push(resolve)
        signal?.addEventListener('abort', () => reject(new Error('aborted')))
      }),
  }
  const cache = new PageCache(source, { pageRows: 100, keptBytes, settleMs: 60, clock })
  if (totalRows !== null) cache.counted(totalRows)
  const wake = async (): Promise<void> => {
    for (const resolve of sleeping.splice(0)) resolve()
    await settled()
  }
  return { cache, asked, wake, offsets: () => asked.map(each => each.offset) }
}

/** Lets every promise that can go on do so. */
async function settled(): Promise<void> {
  await new Promise(resolve => {
    setImmediate(resolve)
  })
}

function last(asked: readonly Asked[]): Asked {
  const found = asked.at(-1)
  assert.ok(found)
  return found
}

describe('page cache of a grid', () => {
  it('asks once for what is in view, then for the page after it', async () => {
    const { cache, asked, offsets } = arrange(1000)
    cache.want({ first: 0, end: 30 })
    cache.want({ first: 5, end: 35 })
    assert.deepEqual(offsets(), [0])
    assert.equal(cache.at(5).kind, 'loading')
    assert.equal(cache.isLoading, true)
    await last(asked).answer()
    assert.equal(cache.isLoading, false)
    assert.deepEqual(offsets(), [0, 100])
    const row = cache.at(5)
    assert.deepEqual(row.kind === 'ready' && row.page.cell(row.index, 0).text, '5')
  })

  it('takes both pages of a view across their border', () => {
    const { cache, offsets } = arrange(1000)
    cache.want({ first: 90, end: 120 })
    assert.deepEqual(offsets(), [0, 100])
  })

  it('asks for nothing beyond the last row', async () => {
    const { cache, asked, offsets } = arrange(150)
    cache.want({ first: 110, end: 150 })
    await last(asked).answer(50)
    assert.deepEqual(offsets(), [100])
  })

  it('waits on a far jump and asks only for where it rests', async () => {
    const { cache, asked, offsets, wake } = arrange(100_000)
    cache.want({ first: 0, end: 30 })
    await last(asked).answer()
    await last(asked).answer()
    for (const first of [5000, 20_000, 70_000]) cache.want({ first, end: first + 30 })
    await wake()
    assert.deepEqual(offsets(), [0, 100, 70_000])
  })

  it('gives up what was scrolled away and drops its answer', async () => {
    const { cache, asked, wake } = arrange(100_000)
    cache.want({ first: 0, end: 30 })
    const first = last(asked)
    cache.want({ first: 9000, end: 9030 })
    await wake()
    assert.equal(first.signal.aborted, true)
    await first.answer()
    assert.equal(cache.at(0).kind, 'loading')
    await last(asked).answer()
    assert.equal(cache.at(9000).kind, 'ready')
  })

  it('keeps the next page coming while the view moves inside of one', async () => {
    const { cache, asked } = arrange(1000)
    cache.want({ first: 0, end: 30 })
    await last(asked).answer()
    const next = last(asked)
    cache.want({ first: 20, end: 50 })
    assert.equal(next.signal.aborted, false)
    await next.answer()
    assert.equal(cache.at(100).kind, 'ready')
  })

  it('asks again for a page that came back into view after it was given up', async () => {
    const { cache, asked, offsets } = arrange(100_000)
    cache.want({ first: 0, end: 30 })
    const first = last(asked)
    cache.want({ first: 9000, end: 9030 })
    cache.want({ first: 0, end: 30 })
    await first.answer()
    await settled()
    assert.deepEqual(
      offsets().filter(offset => offset === 0),
      [0, 0],
    )
    await last(asked).answer()
    assert.equal(cache.at(0).kind, 'ready')
  })

  it('shows a failure of rows in view until they are asked for again', async () => {
    const { cache, asked, offsets } = arrange(1000)
    let changes = 0
    cache.onDidChange(() => (changes += 1))
    cache.want({ first: 0, end: 30 })
    await last(asked).fail('no connection')
    assert.deepEqual([cache.at(3).kind, cache.failure?.message, cache.isLoading], ['failed', 'no connection', false])
    cache.want({ first: 1, end: 31 })
    assert.deepEqual(offsets(), [0])
    cache.retry()
    assert.deepEqual([cache.at(3).kind, cache.failure], ['loading', undefined])
    await last(asked).answer()
    assert.equal(cache.at(3).kind, 'ready')
    assert.ok(changes >= 4)
  })

  it('says nothing of a failure out of view', async () => {
    const { cache, asked } = arrange(1000)
    cache.want({ first: 0, end: 30 })
    await last(asked).answer()
    await last(asked).fail('prefetch failed')
    const failures = [cache.failure]
    cache.want({ first: 90, end: 120 })
    failures.push(cache.failure)
    assert.deepEqual(
      failures.map(failure => failure?.message),
      [undefined, 'prefetch failed'],
    )
  })

  it('forgets the pages used longest ago, by their bytes', async () => {
    const { cache, asked, wake } = arrange(100_000, 5000)
    const visit = async (first: number): Promise<void> => {
      cache.want({ first, end: first + 10 })
      await wake()
      await asked.find(each => each.offset === first)?.answer()
    }
    for (const first of [0, 1000, 2000, 3000, 4000]) await visit(first)
    assert.deepEqual([cache.at(0).kind, cache.at(4000).kind], ['ready', 'ready'])
    await visit(5000)
    assert.deepEqual([cache.at(0).kind, cache.at(1000).kind, cache.at(5000).kind], ['ready', 'loading', 'ready'])
  })

  it('keeps four pages of any size, for those in view must stay', async () => {
    const { cache, asked, wake } = arrange(100_000, 100)
    for (const first of [0, 1000, 2000, 3000, 4000]) {
      cache.want({ first, end: first + 10 })
      await wake()
      await asked.find(each => each.offset === first)?.answer()
    }
    assert.deepEqual(
      [0, 1000, 2000, 3000, 4000].map(row => cache.at(row).kind),
      ['loading', 'ready', 'ready', 'ready', 'ready'],
    )
  })

  it('learns the number of rows page by page where nobody knows it', async () => {
    const { cache, asked } = arrange(null)
    assert.deepEqual(cache.count, { rows: 100, exact: false })
    cache.want({ first: 0, end: 30 })
    await last(asked).answer()
    assert.deepEqual(cache.count, { rows: 200, exact: false })
    await last(asked).answer(40)
    assert.deepEqual(cache.count, { rows: 140, exact: true })
  })

  it('believes the rows rather than the statistics', async () => {
    const { cache, asked } = arrange(1000)
    cache.want({ first: 0, end: 30 })
    await last(asked).answer(70)
    assert.deepEqual(cache.count, { rows: 70, exact: true })
  })

  it('hands out all pages of a span, asking for those it has not', async () => {
    const { cache, asked, offsets } = arrange(1000)
    cache.want({ first: 0, end: 30 })
    await last(asked).answer()
    await last(asked).answer()
    const starts: number[] = []
    const reading = (async () => {
      for await (const { start } of cache.pages({ first: 50, end: 290 }, new AbortController().signal)) starts.push(start)
    })()
    await settled()
    await last(asked).answer()
    await reading
    assert.deepEqual(
      [starts, offsets()],
      [
        [0, 100, 200],
        [0, 100, 200],
      ],
    )
  })

  it('ends its requests with itself', () => {
    const { cache, asked } = arrange(1000)
    cache.want({ first: 0, end: 30 })
    cache.dispose()
    assert.equal(last(asked).signal.aborted, true)
  })
})
