import assert from 'node:assert/strict'
import { LakehouseError } from '#base/errors.ts'
import { Emitter } from '#base/event.ts'
import type { Connection } from '#app/connection.ts'
import { parseConnection } from '#app/connection.ts'
import { createTracking, type Tracking } from '#app/tracking.ts'
import { trackingId, type TrackingNode } from '#app/trackingNode.ts'
import { createTrackingTree } from '#app/trackingTree.ts'
import type { MlflowClient } from '#mlflow/client.ts'
import type { PageOf, Run } from '#mlflow/types.ts'
import { pretend } from '../../support/pretend.ts'

const never = new AbortController().signal
const server: TrackingNode = { kind: 'server', connection: 'lake', url: 'http://mlflow:5000' }
const trading: TrackingNode = { kind: 'experiment', connection: 'lake', experiment: { id: '7', name: 'trading', changed: 1 }, filter: '' }

describe('tracking', () => {
  it('names the servers of the connections that have one, each with one client while its address stays', () => {
    const tracking = trackingOf([connection({ mlflow: 'http://127.0.0.1:5000' }), connection({ name: 'other' })])
    assert.deepEqual(tracking.servers(), [{ connection: 'lake', url: 'http://127.0.0.1:5000' }])
    assert.equal(tracking.client('lake'), tracking.client('lake'))
    assert.throws(() => tracking.client('other'), { code: 'invalid', hint: /"mlflow": "http:\/\/host:port"/ })
  })

  it('takes a connection that names a tracking server alone for no lake', () => {
    assert.deepEqual(parseConnection({ name: 'a', mlflow: 'http://m' }), { name: 'a', mlflow: 'http://m' })
    assert.equal(parseConnection({ name: 'a', mlflow: 'http://m', region: 'eu' }).s3?.region, 'eu')
  })
})

describe('tracking tree', () => {
  it('shows servers, experiments, and 50 runs at a time', async () => {
    const { searchRuns, asked } = runsOf(() => 120)
    const { tree, announced } = treeOf({
      searchExperiments: async () => ({ items: [{ id: '7', name: 'trading', changed: 1 }] }),
      searchRuns,
    })
    assert.deepEqual(await tree.children(undefined, never), [server])
    assert.deepEqual(await tree.children(server, never), [trading])
    const more = (await tree.children(trading, never)).at(-1)
    assert.ok(more?.kind === 'more')
    await tree.loadMore(more, never)
    await tree.loadMore(more, never)
    const shown = await tree.children(trading, never)
    assert.deepEqual([shown.length, names(shown).slice(0, 2), shown.at(-1)?.kind], [101, ['run 119', 'run 118'], 'more'])
    assert.deepEqual([asked.map(({ limit }) => limit), announced], [[50, 50], [trackingId(trading)]])
  })

  it('shows a run once that a newer one has pushed onto the next page', async () => {
    let count = 100
    const { searchRuns } = runsOf(() => count)
    const { tree } = treeOf({ searchRuns })
    const more = (await tree.children(trading, never)).at(-1)
    count = 101
    assert.ok(more?.kind === 'more')
    await tree.loadMore(more, never)
    const shown = await tree.children(trading, never)
    const ids = shown.map(trackingId)
    assert.deepEqual([new Set(ids).size, ids.length], [ids.length, 100])
  })

  it('brings back as many runs as were on show when it is refreshed, with their filter', async () => {
    const { searchRuns, asked } = runsOf(() => 120)
    const { tree, announced } = treeOf({ searchRuns })
    tree.filterRuns({ connection: 'lake', experimentId: '7', filter: 'metrics.loss < 1' })
    const more = (await tree.children(trading, never)).at(-1)
    assert.ok(more?.kind === 'more')
    await tree.loadMore(more, never)
    tree.refresh()
    assert.equal((await tree.children(trading, never)).length, 101)
    assert.deepEqual(asked.at(-1), { limit: 100, filter: 'metrics.loss < 1' })
    assert.deepEqual(announced, [trackingId(server), trackingId(trading), undefined])
    assert.deepEqual(tree.filters, [{ connection: 'lake', experimentId: '7', filter: 'metrics.loss < 1' }])
    tree.filterRuns({ connection: 'lake', experimentId: '7', filter: '' })
    await tree.children(trading, never)
    assert.deepEqual([asked.at(-1)?.filter, tree.filters], ['', []])
  })

  it('says in place of runs that there are none, or what is wrong', async () => {
    const { tree } = treeOf({
      searchRuns: async ({ filter }) => {
        if (filter !== '') throw new LakehouseError('invalid', 'Invalid clause.')
        return { items: [] }
      },
    })
    assert.deepEqual(await tree.children(trading, never), [{ kind: 'notice', parent: trading, notice: { kind: 'empty' } }])
    tree.filterRuns({ connection: 'lake', experimentId: '7', filter: 'x <' })
    const [notice] = await tree.children(trading, never)
    assert.ok(notice?.kind === 'notice' && notice.notice.kind === 'problem' && notice.parent.kind === 'experiment')
    assert.deepEqual([notice.notice.problem.message, notice.parent.filter], ['Invalid clause.', 'x <'])
  })

  it('asks anew when the connections change', async () => {
    const { searchRuns, asked } = runsOf(() => 1)
    const { tree, changed, announced } = treeOf({ searchRuns })
    await tree.children(trading, never)
    changed.fire([])
    await tree.children(trading, never)
    assert.deepEqual([asked.length, announced], [2, [undefined]])
    tree.dispose()
  })
})

function runAt(number: number): Run {
  return pretend<Run>({ id: `r${number}`, name: `run ${number}`, experimentId: '7', status: 'finished' })
}

/** So many runs on the server, newest first. */
function runsOf(count: () => number) {
  const asked: (PageOf & { readonly filter: string })[] = []
  const searchRuns: MlflowClient['searchRuns'] = async ({ filter }, page) => {
    asked.push({ ...page, filter })
    const start = Number(page.from ?? 0)
    const items = Array.from({ length: Math.min(page.limit, count() - start) }, (_, i) => runAt(count() - 1 - start - i))
    return { items, ...(start + page.limit < count() ? { next: String(start + page.limit) } : {}) }
  }
  return { searchRuns, asked }
}

function names(nodes: readonly TrackingNode[]): string[] {
  return nodes.map(node => (node.kind === 'run' ? node.run.name : node.kind))
}

function connection(parts: Partial<Connection>): Connection {
  return { name: 'lake', ...parts }
}

function trackingOf(connections: readonly Connection[]) {
  return createTracking({
    list: () => connections,
    get: name => connections.find(each => each.name === name) ?? connection({}),
    mlflowAuth: async () => undefined,
  })
}

function treeOf(client: Partial<MlflowClient>) {
  const changed = new Emitter<readonly Connection[]>()
  const tracking: Tracking = { servers: () => [{ connection: 'lake', url: 'http://mlflow:5000' }], client: () => pretend(client) }
  const tree = createTrackingTree(tracking, { onDidChange: changed.event })
  const announced: (string | undefined)[] = []
  tree.onDidChange(node => announced.push(node && trackingId(node)))
  return { tree, announced, changed }
}
