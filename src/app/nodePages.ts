import type { ReadProgress, Report } from '#base/progress.ts'
import { SharedWork } from './sharedWork.ts'

/** Children of a node, in order, and where the page after them starts. */
export interface NodePage<N> {
  readonly nodes: readonly N[]
  readonly next?: string
}

export interface PageRequest {
  /** `next` of the page before; undefined for the first. */
  readonly from: string | undefined
  /** How many children were there before they were forgotten: a first page that can be longer may hold as many again. */
  readonly before: number
  readonly signal: AbortSignal
  readonly report: Report
}

/** The children of a tree's nodes as far as they were read; what failed is forgotten. */
export interface NodePages<N> {
  /** The pages read so far, at least the first; the first caller reads, others join. */
  read(node: N, signal: AbortSignal, report: Report): Promise<NodePage<N>>
  /** Adds the page that starts at `from`; false where that is not the next any more, or a refresh meanwhile drops it. */
  readMore(node: N, from: string, signal: AbortSignal, report: Report): Promise<boolean>
  forget(isForgotten: (node: N) => boolean): void
  /** Ends what is being read. */
  close(): void
}

export function createNodePages<N>(
  idOf: (node: N) => string,
  readPage: (node: N, request: PageRequest) => Promise<NodePage<N>>,
): NodePages<N> {
  type Page = SharedWork<NodePage<N>, ReadProgress>
  const pages = new Map<string, { readonly node: N; readonly page: Page }>()
  const counts = new Map<string, number>()
  const closing = new AbortController()

  async function read(node: N, signal: AbortSignal, report: Report): Promise<NodePage<N>> {
    signal.throwIfAborted()
    const id = idOf(node)
    const known = pages.get(id)?.page
    if (known && !known.isCancelled) return await known.join(report, signal)
    const page: Page = new SharedWork(async (tell, leaving) => {
      try {
        const ending = AbortSignal.any([leaving, closing.signal])
        const first = await readPage(node, { from: undefined, before: counts.get(id) ?? 0, signal: ending, report: tell })
        counts.set(id, first.nodes.length)
        return first
      } catch (error) {
        if (pages.get(id)?.page === page) pages.delete(id)
        throw error
      }
    })
    pages.set(id, { node, page })
    return await page.join(report, signal)
  }

  async function readMore(node: N, from: string, signal: AbortSignal, report: Report): Promise<boolean> {
    const shown = await read(node, signal, report)
    const id = idOf(node)
    const known = pages.get(id)
    if (shown.next !== from) return false
    const { nodes, next } = await readPage(node, { from, before: 0, signal, report })
    if (pages.get(id) !== known) return false
    // A list that grew at its beginning meanwhile brings some of the last page again.
    const present = new Set(shown.nodes.map(idOf))
    const both: NodePage<N> = {
      nodes: [...shown.nodes, ...nodes.filter(each => !present.has(idOf(each)))],
      ...(next === undefined ? {} : { next }),
    }
    counts.set(id, both.nodes.length)
    pages.set(id, { node, page: new SharedWork(() => Promise.resolve(both)) })
    return true
  }

  return {
    read,
    readMore,
    forget: isForgotten => {
      for (const [id, { node }] of pages) if (isForgotten(node)) pages.delete(id)
    },
    close: () => closing.abort(),
  }
}
