import assert from 'node:assert/strict'
import type { Memento, WebviewPanel } from 'vscode'
import type { Lakehouse } from '#app/lakehouse.ts'
import type { RunReads } from '#app/runReads.ts'
import type { TrackingNode } from '#app/trackingNode.ts'
import type { RunFilter, TrackingTree } from '#app/trackingTree.ts'
import type { HostDeps } from '#host/deps.ts'
import { commands as ids } from '#host/ids.ts'
import { firstRunProgram } from '#host/mlflow/firstRun.ts'
import { registerMlflowCommands, type MlflowCommandDeps } from '#host/mlflow/mlflowCommands.ts'
import { renderTracking } from '#host/mlflow/renderTracking.ts'
import { serveRun } from '#host/mlflow/runPanel.ts'
import { readSavedRun } from '#host/mlflow/runPanels.ts'
import { savedFilters } from '#host/mlflow/savedFilters.ts'
import type { MlflowServer, Run } from '#mlflow/types.ts'
import { readyMessage } from '#protocol/ready.ts'
import { Peer } from '#protocol/rpc.ts'
import type { RunHost, RunPage } from '#protocol/run.ts'
import { pretend } from '../../support/pretend.ts'
import { runAt as detailsAt } from '../../support/runHosts.ts'
import { answers, commands, EventEmitter, reset, seen, Uri } from '../../fakes/vscode.ts'

const now = Date.UTC(2026, 10, 24, 12)
const run: Run = {
  id: 'r1',
  name: '<b>bold</b>',
  experimentId: '7',
  status: 'finished',
  started: now - 5 * 60_000,
  ended: now - 60_000,
  user: 'ana',
  artifactUri: '',
  isDeleted: false,
  metrics: [
    { key: 'loss', value: 0.123_456, time: now, step: 9n },
    { key: 'accuracy', value: Number.NaN, time: now, step: 9n },
    { key: 'third', value: 1, time: now, step: 9n },
  ],
  params: [],
  tags: [],
}
const server: TrackingNode = { kind: 'server', connection: 'lake', url: 'http://127.0.0.1:5000' }
const trading: TrackingNode = { kind: 'experiment', connection: 'lake', experiment: { id: '7', name: 'trading', changed: 1 }, filter: '' }
const filtered: TrackingNode = { ...trading, filter: 'metrics.loss < 1' }
const runNode: TrackingNode = { kind: 'run', connection: 'lake', run }

function look(node: TrackingNode) {
  const { label, description, contextValue, command, accessibilityInformation } = renderTracking(node, now)
  return { label, description, contextValue, click: command?.command, says: accessibilityInformation?.label }
}

describe('nodes of MLflow', () => {
  it('show a run with its age, its first metrics, and open it on a click', () => {
    assert.deepEqual(look(runNode), {
      label: '<b>bold</b>',
      description: '5 min ago · loss 0.1235 · accuracy NaN',
      contextValue: 'run',
      click: 'dataflow.mlflow.openRun',
      says: 'Run <b>bold</b>, finished, 5 min ago, loss 0.1235, accuracy NaN',
    })
    assert.match(
      JSON.stringify(renderTracking(runNode, now).tooltip),
      /Run ID: r1\\nState: finished\\nStarted: .*\\nDuration: 4 min 0 s\\nUser: ana\\nloss 0\.1235/,
    )
  })

  it('show a run whose times are none', () => {
    const odd: TrackingNode = { ...runNode, run: { ...run, started: 1e300, ended: -1e300 } }
    assert.match(JSON.stringify(renderTracking(odd, now).tooltip), /Started: 1e\+300\\n/)
  })

  it('tell the states of runs apart by picture, not by colour alone', () => {
    const states = ['running', 'scheduled', 'finished', 'failed', 'killed', 'unknown'] as const
    const icons = states.map(status => JSON.stringify(renderTracking({ ...runNode, run: { ...run, status } }, now).iconPath))
    assert.equal(new Set(icons.map(icon => /"id":"([^"]+)"/.exec(icon)?.[1])).size, states.length)
  })

  it('show the filter of an experiment', () => {
    assert.deepEqual([look(trading).description, look(filtered).description], [undefined, 'filter: metrics.loss < 1'])
    assert.equal(look(filtered).says, 'Experiment trading, filter: metrics.loss < 1')
  })

  it('offer what helps where there is nothing, or a mistake', () => {
    const empty = (parent: TrackingNode) => look({ kind: 'notice', parent, notice: { kind: 'empty' } })
    assert.deepEqual([empty(trading).label, empty(trading).click], ['No runs yet', 'dataflow.mlflow.logFirstRun'])
    assert.deepEqual([empty(filtered).label, empty(filtered).click], ['No run meets the filter', 'dataflow.mlflow.filterRuns'])
    const failed = (parent: TrackingNode, code: 'invalid' | 'unreachable') =>
      look({ kind: 'notice', parent, notice: { kind: 'problem', problem: { code, message: 'No.', hint: 'Start it.' } } })
    assert.deepEqual(
      [failed(filtered, 'invalid').description, failed(filtered, 'invalid').click],
      ['Change the filter', 'dataflow.mlflow.filterRuns'],
    )
    assert.deepEqual([failed(server, 'unreachable').description, failed(server, 'unreachable').contextValue], ['Start it.', 'problem'])
    assert.equal(look({ kind: 'notice', parent: trading, notice: { kind: 'cancelled' } }).click, 'dataflow.mlflow.refreshNode')
    assert.equal(look({ kind: 'more', parent: trading, from: 'x' }).click, 'dataflow.mlflow.loadMore')
  })
})

describe('commands of MLflow', () => {
  const done: unknown[] = []
  const kept = new Map<string, unknown>()
  let filters: RunFilter[] = []
  let servers: readonly MlflowServer[] = []
  beforeEach(() => {
    reset()
    done.splice(0)
    kept.clear()
    filters = []
    servers = [{ connection: 'lake', url: 'http://127.0.0.1:5000/base/' }]
    const mlflowTree = pretend<TrackingTree>({
      refresh: (node?: TrackingNode) => void done.push(['refresh', node?.kind]),
      loadMore: async (node: TrackingNode) => void done.push(['loadMore', node.kind]),
      filterRuns: (filter: RunFilter) => void filters.push(filter),
      filters,
    })
    registerMlflowCommands(
      pretend<MlflowCommandDeps>({
        lakehouse: async () => pretend<Lakehouse>({ mlflowTree, mlflow: { servers: () => servers } }),
        workspaceState: pretend<Memento>({
          update: async (key: string, value: unknown) => void kept.set(key, value),
          get: (key: string) => kept.get(key),
        }),
        problems: { show: (error: unknown) => void done.push(error) },
        openRun: (...args: readonly unknown[]) => void done.push(['open', ...args]),
      }),
    )
  })

  it('open a run, copy its id and the address of its server', async () => {
    await commands.executeCommand(ids.openRun, runNode)
    await commands.executeCommand(ids.copyRunId, runNode)
    assert.deepEqual([done, seen.clipboard], [[['open', { connection: 'lake', runId: 'r1', name: '<b>bold</b>' }, -1]], 'r1'])
    await commands.executeCommand(ids.copyTrackingUri, runNode)
    assert.equal(seen.clipboard, 'http://127.0.0.1:5000/base/')
  })

  it('open the page of MLflow that belongs to the node', async () => {
    for (const node of [undefined, server, trading, runNode]) await commands.executeCommand(ids.openMlflowUi, node)
    assert.deepEqual(seen.messages, [
      'open http://127.0.0.1:5000/base/',
      'open http://127.0.0.1:5000/base/',
      'open http://127.0.0.1:5000/base/#/experiments/7',
      'open http://127.0.0.1:5000/base/#/experiments/7/runs/r1',
    ])
  })

  it('ask which server is meant where there are several, and say so where there is none', async () => {
    servers = [...servers, { connection: 'other', url: 'https://other' }]
    answers.pick = 'other'
    await commands.executeCommand(ids.copyTrackingUri)
    assert.deepEqual([seen.messages[0], seen.clipboard], ['pick: lake, other', 'https://other'])
    servers = []
    await commands.executeCommand(ids.copyTrackingUri)
    assert.match(String(done[0]), /No connection has an MLflow server/)
  })

  it('take a filter as it is typed, and keep it for the next window', async () => {
    answers.inputs = [`  metrics.loss < 1 and tags."a b" = 'c' `]
    await commands.executeCommand(ids.filterRuns, trading)
    const filter = { connection: 'lake', experimentId: '7', filter: `metrics.loss < 1 and tags."a b" = 'c'` }
    assert.deepEqual([filters, seen.messages], [[filter], ['Filter runs of trading']])
    const state = pretend<Memento>({ get: (key: string) => kept.get(key) })
    assert.deepEqual(savedFilters(state), [filter])
    await commands.executeCommand(ids.filterRuns, trading)
    assert.equal(filters.length, 1, 'a user who leaves changes nothing')
    assert.deepEqual(savedFilters(pretend<Memento>({ get: () => [1, { connection: 'x' }, null] })), [])
  })

  it('refresh everything, a node, or the parent of what failed; load the next page', async () => {
    await commands.executeCommand(ids.refreshMlflow)
    await commands.executeCommand(ids.refreshTracking, trading)
    await commands.executeCommand(ids.refreshTracking, { kind: 'notice', parent: server, notice: { kind: 'empty' } })
    await commands.executeCommand(ids.loadMoreRuns, { kind: 'more', parent: trading, from: 'x' })
    assert.deepEqual(done, [
      ['refresh', undefined],
      ['refresh', 'experiment'],
      ['refresh', 'server'],
      ['loadMore', 'more'],
    ])
  })

  it('show a first run whose texts are Python literals of any name', () => {
    const program = firstRunProgram('http://127.0.0.1:5000', `a "b"\n\\ü`)
    assert.match(program, /^mlflow\.set_experiment\("a \\"b\\"\\n\\\\ü"\)$/m)
    assert.match(program, /^mlflow\.set_tracking_uri\("http:\/\/127\.0\.0\.1:5000"\)$/m)
  })
})

describe('panel of a run', () => {
  beforeEach(reset)

  it('takes the name of the run, and tells the page what restores it', async () => {
    const { page, panel, told, disposed, toHost } = openPanel({ open: async () => detailsAt() })
    assert.equal((await page.call('open', {})).id, 'ead97ccb61c242bb84c9d12dc0610f28')
    assert.deepEqual([panel.title, told], ['bold-ant-7', [{ connection: 'lake', runId: 'r1' }]])
    assert.match(panel.webview.html, /run\.js/)
    assert.deepEqual(told.map(readSavedRun), told)
    assert.deepEqual([readSavedRun({ connection: 'lake' }), readSavedRun(null), readSavedRun('x')], [undefined, undefined, undefined])
    disposed.fire()
    assert.equal(toHost.listeners, 0)
  })

  it('copies every value of a metric, and opens the run in MLflow', async () => {
    const { page } = openPanel({
      open: async () => detailsAt(),
      metricText: async key => ({ text: `step\ttime\tvalue\n0\t\t${key}\n`, points: 1 }),
    })
    assert.deepEqual(await page.call('copyMetric', { key: 'loss' }), { points: 1 })
    assert.equal(seen.clipboard, 'step\ttime\tvalue\n0\t\tloss\n')
    await page.call('openInMlflow', {})
    assert.deepEqual(seen.messages, ['open http://127.0.0.1:5000/#/experiments/2/runs/ead97ccb61c242bb84c9d12dc0610f28'])
  })
})

function openPanel(reads: Partial<RunReads>) {
  const [toHost, toPage, disposed] = [new EventEmitter<unknown>(), new EventEmitter<unknown>(), new EventEmitter<void>()]
  const webview = {
    cspSource: 'csp',
    html: '',
    asWebviewUri: (uri: Uri) => uri,
    onDidReceiveMessage: toHost.event,
    postMessage: async (message: unknown) => toPage.fire(message),
  }
  const panel = { webview, title: 'old', iconPath: undefined, onDidDispose: disposed.event }
  const deps = pretend<HostDeps>({
    extensionUri: Uri.file('/ext'),
    lakehouse: async () => pretend<Lakehouse>({ run: () => pretend<RunReads>(reads) }),
    log: { debug: (text: string) => assert.fail(text) },
  })
  serveRun(pretend<WebviewPanel>(panel), { connection: 'lake', runId: 'r1' }, deps)
  const told: unknown[] = []
  const page = new Peer<RunPage, RunHost>(
    { post: message => toHost.fire(message), listen: toPage.event },
    { keep: async saved => void told.push(saved) },
  )
  toHost.fire(readyMessage)
  return { page, panel, told, disposed, toHost }
}
