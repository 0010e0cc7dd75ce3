import assert from 'node:assert/strict'
import { LakehouseError } from '#base/errors.ts'
import { readPoints, writePoints, type RunDetails, type RunHost } from '#protocol/run.ts'
import { chartData, extent, stepsBetween } from '../../../webview/shared/chart/chartData.ts'
import { lengthText, momentText, numberText, xText } from '../../../webview/shared/chart/chartText.ts'
import { ArtifactTree } from '../../../webview/run/artifactTree.ts'
import { MetricModel } from '../../../webview/run/metricModel.ts'
import { RunModel, type RunCalls } from '../../../webview/run/runModel.ts'
import { runStringsFor } from '../../../webview/run/runStrings.ts'
import { readSavedPage } from '../../../webview/run/savedState.ts'
import { latest, pointsFrom, runAt } from '../../support/runHosts.ts'

const settle = (): Promise<void> => new Promise(resolve => setImmediate(resolve))
const columns = (steps: readonly number[], times: readonly number[], values: readonly number[]) => ({
  steps: Float64Array.from(steps),
  times: Float64Array.from(times),
  values: Float64Array.from(values),
})

describe('points of a metric', () => {
  it('come through a message as they are, NaN and infinities among them', () => {
    const points = columns([1, 2], [3, 4], [Number.NaN, Number.NEGATIVE_INFINITY])
    assert.deepEqual(readPoints(writePoints(points)), points)
    const pooled = Buffer.concat([Buffer.from('odd'), writePoints(points)]).subarray(3)
    assert.deepEqual(readPoints(pooled), points)
  })

  it('are drawn over steps, times or seconds since the first, in order, with gaps where a value is not finite', () => {
    const points = columns([0, 1, 2, 3], [3000, 1000, 2000, 4000], [1, Number.NaN, Number.MAX_VALUE, 4])
    assert.deepEqual(chartData(points, 'step'), { axis: 'step', xs: [0, 1, 2, 3], ys: [1, null, null, 4], order: [0, 1, 2, 3] })
    assert.deepEqual(chartData(points, 'relative').xs, [0, 1, 2, 3])
    assert.deepEqual(chartData(points, 'time').order, [1, 2, 0, 3])
    assert.deepEqual(extent(chartData(points, 'step')), { lowest: 1, highest: 4, last: 4 })
    assert.equal(extent(chartData(columns([1], [1], [Number.NaN]), 'step')), undefined)
  })

  it('give the steps of a part of any axis', () => {
    const points = columns([0, 1, 2, 3], [3000, 1000, 2000, 4000], [1, 2, 3, 4])
    assert.deepEqual(stepsBetween(chartData(points, 'step'), points.steps, 0.5, 2.5), { first: 1, last: 2 })
    assert.deepEqual(stepsBetween(chartData(points, 'relative'), points.steps, 1, 2), { first: 0, last: 2 })
    assert.equal(stepsBetween(chartData(points, 'step'), points.steps, 0.5, 1.5), undefined)
  })
})

describe('texts of charts', () => {
  it('are short, in the words of the language', () => {
    assert.deepEqual(
      [0, 1234.5678, 1e-7, 123_456_789_000, Number.NaN].map(value => numberText(value, 'en')),
      ['0', '1,234.57', '1E-7', '1.23457E11', 'NaN'],
    )
    assert.equal(numberText(0.5, 'pt-BR'), '0,5')
    assert.deepEqual(
      [12, 210, 9000].map(x => xText(x, { axis: 'relative', language: 'en', span: 1 })),
      ['12 sec', '3.5 min', '2.5 hr'],
    )
    assert.deepEqual(
      [lengthText(754_000, 'en'), lengthText(3_840_000, 'en'), lengthText(1500, 'en')],
      ['12 min 34 sec', '1 hr 4 min', '1.5 sec'],
    )
    assert.equal(xText(9_007_199_254_740_991, { axis: 'step', language: 'en', span: 1 }), '9,007,199,254,740,991')
  })

  it('name a time that no calendar reaches by its number', () => {
    assert.equal(momentText(9e15, 'en'), '9000000000000000')
    assert.equal(xText(9e15, { axis: 'time', language: 'en', span: 1 }), '9000000000000000')
  })

  it('are Portuguese for every Portuguese, with a text for each of the English', () => {
    const paths = (value: object, at = ''): string[] =>
      Object.entries(value).flatMap(([key, member]) =>
        typeof member === 'object' ? paths(member, `${at}.${key}`) : [`${at}.${key} ${typeof member}`],
      )
    assert.deepEqual(paths(runStringsFor('pt')), paths(runStringsFor('en')))
    assert.deepEqual([runStringsFor('pt-br').language, runStringsFor('de').language], ['pt-BR', 'en'])
  })
})

describe('saved state of the run page', () => {
  it('comes back as it was saved, and is the first view for anything else', () => {
    const saved = { connection: 'c', runId: 'r', tab: 'metrics', axis: 'time', metricView: 'values', filters: { params: 'lr' } } as const
    assert.deepEqual(readSavedPage(saved), saved)
    const first = { tab: 'overview', axis: 'step', metricView: 'charts', filters: {} }
    assert.deepEqual([readSavedPage(undefined), readSavedPage({ tab: 'x', axis: 1, filters: { tags: 2 } })], [first, first])
  })
})

describe('history of a metric', () => {
  it('is read once, and a part of it again where the server had left points out', async () => {
    const { metric, asked, steps } = metricOf(true)
    await Promise.all([metric.load(), metric.load()])
    await metric.zoom({ first: 3, last: 5 })
    assert.equal(steps()[0], 3)
    await metric.zoom(null)
    assert.deepEqual([asked, steps()[0]], [[null, { first: 3, last: 5 }], 0])
  })

  it('is cut without asking where all of it is there', async () => {
    const { metric, asked, steps } = metricOf(false)
    await metric.load()
    await metric.zoom({ first: 3, last: 5 })
    assert.deepEqual([asked, steps()], [[null], [3, 4, 5]])
  })

  it('is read anew when the run has gone on, if somebody looks', async () => {
    const { metric, asked } = metricOf(false)
    metric.follow('1')
    await metric.load()
    metric.follow('1')
    metric.follow('2')
    await settle()
    assert.equal(asked.length, 2)
    metric.rest()
    metric.follow('3')
    await settle()
    assert.equal(asked.length, 2)
    await metric.load()
    assert.equal(asked.length, 3)
  })

  it('keeps what it shows when it fails, and tries again', async () => {
    let failures = 0
    const metric = new MetricModel(async () => {
      if (failures-- > 0) throw new LakehouseError('timeout', 'Too slow.')
      return { columns: pointsFrom(0, 2), isSampled: true }
    })
    await metric.load()
    failures = 1
    await metric.zoom({ first: 0, last: 1 })
    assert.deepEqual([metric.problem.value?.message, metric.history.value?.points.steps.length], ['Too slow.', 2])
    await metric.load()
    assert.equal(metric.problem.value, undefined)
  })
})

describe('model of a run', () => {
  it('follows a run while it goes on and is looked at', async () => {
    const runs: RunDetails[] = [runAt({ status: 'running' }), runAt({ status: 'running', metrics: [latest('loss', '2', '2')] }), runAt()]
    let opens = 0
    const { model, tick, hide, show } = modelOf({ open: async () => runs[opens++] ?? runAt() })
    await model.open()
    const ended = model.live().catch(() => 'ended')
    await tick()
    assert.equal(opens, 2)
    hide()
    await tick()
    assert.equal(opens, 2)
    show()
    await tick()
    await tick()
    assert.deepEqual([opens, model.run.value?.status], [3, 'finished'])
    model.dispose()
    assert.equal(await ended, 'ended')
  })

  it('reads at most four histories at once', async () => {
    const gates: (() => void)[] = []
    const readMetric: RunHost['readMetric'] = async () => {
      await new Promise<void>(resolve => gates.push(resolve))
      return { columns: pointsFrom(0, 2), isSampled: false }
    }
    const { model } = modelOf({ readMetric })
    for (let i = 0; i < 10; i += 1) void model.metric(`m${i}`).load()
    await settle()
    assert.equal(gates.length, 4)
    gates[0]?.()
    await settle()
    assert.equal(gates.length, 5)
  })

  it('shows only what was asked for last', async () => {
    const gates: ((run: RunDetails) => void)[] = []
    const { model } = modelOf({ open: async () => await new Promise(resolve => gates.push(resolve)) })
    const both = [model.open(), model.open()]
    gates[1]?.(runAt({ name: 'second' }))
    gates[0]?.(runAt({ name: 'first' }))
    await Promise.all(both)
    assert.deepEqual([model.run.value?.name, model.isBusy.value], ['second', false])
  })
})

describe('tree of artifacts', () => {
  it('reads folders when they are opened, page by page, and again on a refresh', async () => {
    const asked: string[] = []
    const tree = new ArtifactTree(async ({ path, from }) => {
      asked.push(`${path} ${from}`)
      if (path === '') return { artifacts: [folder('a'), file('z')], next: null }
      return from === null ? { artifacts: [file('a/1')], next: 'n' } : { artifacts: [file('a/2')], next: null }
    })
    assert.deepEqual(lines(tree), [])
    await tree.load()
    await tree.load()
    await tree.toggle('a')
    assert.deepEqual(lines(tree), ['1 a', '2 a/1', '2 more', '1 z'])
    await tree.more('a')
    assert.deepEqual(lines(tree), ['1 a', '2 a/1', '2 a/2', '1 z'])
    await tree.toggle('a')
    assert.deepEqual(lines(tree), ['1 a', '1 z'])
    await tree.toggle('a')
    await tree.refresh()
    assert.deepEqual(asked, [' null', 'a null', 'a n', ' null', 'a null'])
  })

  it('shows an empty folder, a failure that can be tried again, and no end of a folder in itself', async () => {
    let failures = 1
    const tree = new ArtifactTree(async ({ path }) => {
      if (path === 'bad' && failures-- > 0) throw new LakehouseError('denied', 'No.')
      if (path === '') return { artifacts: [folder('bad'), folder('empty'), folder('self')], next: null }
      return { artifacts: path === 'self' ? [folder('self')] : [], next: null }
    })
    await tree.load()
    for (const path of ['bad', 'empty', 'self']) await tree.toggle(path)
    assert.deepEqual(lines(tree), ['1 bad', '2 problem', '1 empty', '2 empty', '1 self', '2 self'])
    await tree.more('bad')
    assert.deepEqual(lines(tree).slice(0, 2), ['1 bad', '2 empty'])
  })
})

function file(path: string) {
  return { path, isFolder: false, size: 1 }
}

function folder(path: string) {
  return { path, isFolder: true, size: null }
}

function lines(tree: ArtifactTree): string[] {
  return tree.rows.map(row => `${row.level} ${row.kind === 'artifact' ? row.artifact.path : row.kind}`)
}

function metricOf(isSampled: boolean) {
  const asked: unknown[] = []
  const metric = new MetricModel(async steps => {
    asked.push(steps)
    return { columns: pointsFrom(steps?.first ?? 0, 10), isSampled: isSampled && steps === null }
  })
  return { metric, asked, steps: () => Array.from(metric.history.value?.points.steps ?? []) }
}

function modelOf(parts: Partial<RunCalls>) {
  const wakes: (() => void)[] = []
  let isVisible = true
  const sleep = async (_: number, abort?: AbortSignal): Promise<void> =>
    await new Promise((resolve, reject) => {
      wakes.push(resolve)
      abort?.addEventListener('abort', () => reject(abort.reason))
    })
  const calls: RunCalls = {
    open: async () => runAt(),
    readMetric: async () => ({ columns: pointsFrom(0, 2), isSampled: false }),
    listArtifacts: async () => ({ artifacts: [], next: null }),
    ...parts,
  }
  const model = new RunModel(calls, { now: () => 0, sleep }, () => isVisible)
  const tick = async (): Promise<void> => {
    wakes.shift()?.()
    await settle()
  }
  return { model, tick, hide: () => (isVisible = false), show: () => (isVisible = true) }
}
