import assert from 'node:assert/strict'
import type { NotebookCellExecution } from 'vscode'
import { LakehouseError } from '#base/errors.ts'
import type { StatementResult, StatementEvent, Statements } from '#app/statements.ts'
import { runStatements, type CellEvent } from '#host/notebook/cellEvents.ts'
import { CellRunner, type CellRunDeps } from '#host/notebook/cellRunner.ts'
import { NotebookQueue } from '#host/notebook/notebookQueue.ts'
import { pretend } from '../../support/pretend.ts'
import { CancellationTokenSource, type NotebookCellOutput } from '../../fakes/vscode.ts'

const result: StatementResult = { arrow: Uint8Array.from([1, 2, 3]), rows: 2, cut: 'rows', text: 'a\n-\n1\n2' }
const progress = { tasks: 4, tasksDone: 1, tasksRunning: 1, stages: 2, stagesDone: 0, bytesRead: 0 }

/** An execution that keeps what its cell would show. */
function fakeCell() {
  const source = new CancellationTokenSource()
  const calls: string[] = []
  let outputs: NotebookCellOutput[] = []
  const execution = pretend<NotebookCellExecution>({
    token: source.token,
    executionOrder: undefined,
    start: () => void calls.push('start'),
    end: (success: boolean | undefined) => void calls.push(`end ${String(success)}`),
    clearOutput: async () => void (outputs = []),
    appendOutput: async (output: NotebookCellOutput) => void (outputs = [...outputs, output]),
    replaceOutput: async (next: readonly NotebookCellOutput[]) => void (outputs = [...next]),
    replaceOutputItems: async (items: NotebookCellOutput['items'], output: NotebookCellOutput) => void (output.items = items),
  })
  const texts = (): readonly (readonly string[])[] =>
    outputs.map(({ items }) => items.map(({ mime, data }) => `${mime}: ${new TextDecoder().decode(data)}`))
  return { execution, source, calls, texts, metadata: () => outputs.map(({ metadata }) => metadata) }
}

interface Gate {
  readonly sleeps: (() => void)[]
  readonly bugs: Error[]
  readonly live: string[]
}

function parts(events: CellRunDeps['events']): { readonly deps: CellRunDeps; readonly gate: Gate } {
  const gate: Gate = { sleeps: [], bugs: [], live: [] }
  let now = 0
  const sleep = (): Promise<void> => new Promise(resolve => void gate.sleeps.push(resolve))
  return {
    gate,
    deps: {
      events,
      onLive: live => void gate.live.push(live?.kind ?? 'none'),
      onProblem: () => {},
      onBug: error => void gate.bugs.push(error),
      clock: { now: () => (now += 500), sleep },
    },
  }
}

const started: CellEvent = { kind: 'started', statementId: 's', index: 0, of: 1 }

/** Waits for the abort, then says that the server has stopped. */
async function* untilStopped(_: unknown, signal: AbortSignal): AsyncGenerator<CellEvent> {
  yield started
  await new Promise<void>(resolve => signal.addEventListener('abort', () => resolve()))
  yield { kind: 'failed', statementId: 's', problem: { code: 'cancelled', message: 'Stopped.' } }
}

async function* never(): AsyncGenerator<CellEvent> {
  yield started
  await new Promise(() => {})
}

async function* one(): AsyncGenerator<CellEvent> {
  yield started
  yield { kind: 'progress', statementId: 's', progress }
  yield { kind: 'progress', statementId: 's', progress: { ...progress, tasksDone: 2 } }
  yield { kind: 'result', statementId: 's', result, durationMs: 7 }
}

describe('cell runner', () => {
  it('leaves the result in place of the progress, in a form that a file keeps', async () => {
    const { execution, calls, texts, metadata } = fakeCell()
    const { deps, gate } = parts(one)
    assert.equal(await new CellRunner(execution, deps).run(3), 'succeeded')
    assert.deepEqual([calls, execution.executionOrder, gate.live], [['start', 'end true'], 3, ['progress', 'progress', 'none']])
    assert.deepEqual(texts(), [
      [
        'application/vnd.apache.arrow.stream: AQID',
        'text/plain: a\n-\n1\n2\nThese are the first 2 rows; there are more (setting dataflow.results.maxRows).',
      ],
    ])
    assert.deepEqual(metadata(), [
      { outputType: 'display_data', metadata: { dataflow: { rows: 2, cut: 'rows', statementId: 's', durationMs: 7 } } },
    ])
  })

  it('does not show the progress of a statement that is done at once', async () => {
    const { execution, texts } = fakeCell()
    const { deps, gate } = parts(one)
    const clock = { now: () => 1000, sleep: () => assert.fail('nothing is waited for') }
    assert.equal(await new CellRunner(execution, { ...deps, clock }).run(1), 'succeeded')
    assert.deepEqual([gate.live, texts().length], [['none'], 1])
  })

  it('shows the class, SQLSTATE and message of Spark, and keeps the results before', async () => {
    const { execution, calls, texts } = fakeCell()
    const { deps } = parts(async function* () {
      yield started
      yield { kind: 'result', statementId: 's', result: null, durationMs: 1500 }
      const details = { sparkClass: 'TABLE_OR_VIEW_NOT_FOUND', sqlState: '42P01' }
      yield { kind: 'failed', statementId: 's', problem: { code: 'failed', message: 'No table t.', details } }
    })
    assert.equal(await new CellRunner(execution, deps).run(1), 'failed')
    const error = { name: 'TABLE_OR_VIEW_NOT_FOUND (SQLSTATE 42P01)', message: 'No table t.', stack: '' }
    assert.deepEqual(texts(), [['text/plain: OK · 1.5 s'], [`application/vnd.code.notebook.error: ${JSON.stringify(error)}`]])
    assert.deepEqual(calls, ['start', 'end false'])
  })

  it('ends when the server confirms the stop', async () => {
    const { execution, source, calls, texts } = fakeCell()
    const { deps } = parts(untilStopped)
    const run = new CellRunner(execution, deps).run(1)
    await new Promise(resolve => setImmediate(resolve))
    source.cancel()
    assert.equal(await run, 'stopped')
    assert.deepEqual(
      [calls, texts(), source.listeners],
      [['start', 'end undefined'], [['text/plain: Stopped. Spark has ended the statement.']], 0],
    )
  })

  it('ends without the server when that does not answer in time', async () => {
    const { execution, source, calls, texts } = fakeCell()
    const { deps, gate } = parts(never)
    const run = new CellRunner(execution, deps).run(1)
    await new Promise(resolve => setImmediate(resolve))
    source.cancel()
    gate.sleeps[0]?.()
    assert.equal(await run, 'stopped')
    assert.match(texts().join(), /has not confirmed/)
    assert.deepEqual(calls, ['start', 'end undefined'])
  })

  it('says of a bug only that there was one', async () => {
    const { execution, texts } = fakeCell()
    const { deps, gate } = parts(() => {
      throw new TypeError('x of undefined')
    })
    assert.equal(await new CellRunner(execution, deps).run(1), 'failed')
    assert.deepEqual([gate.bugs.map(({ message }) => message), texts().join().includes('x of undefined')], [['x of undefined'], false])
  })

  it('shows why a cell could not begin', async () => {
    const { execution, texts } = fakeCell()
    const { deps, gate } = parts(() => {
      throw new LakehouseError('unreachable', 'No Spark.', { hint: 'Start the stack.' })
    })
    assert.equal(await new CellRunner(execution, deps).run(1), 'failed')
    assert.match(texts().join(), /No Spark\.\\nStart the stack\./)
    assert.deepEqual(gate.bugs, [])
  })
})

function failing(): never {
  throw new LakehouseError('failed', 'no')
}

describe('notebook queue', () => {
  it('runs cells in order and does not begin those behind a failed one', async () => {
    const cells = [fakeCell(), fakeCell(), fakeCell(), fakeCell()]
    const [a, b, c, d] = cells.map(({ execution }, i) => new CellRunner(execution, parts(i === 1 ? failing : one).deps))
    assert.ok(a && b && c && d)
    const queue = new NotebookQueue()
    const runs = [queue.run([a, b, c]), queue.run([d])]
    await Promise.all(runs)
    assert.deepEqual(
      cells.map(({ calls }) => calls.join()),
      ['start,end true', 'start,end false', 'end undefined', 'start,end true'],
    )
    assert.deepEqual(
      cells.map(({ execution }) => execution.executionOrder),
      [1, 2, undefined, 3],
    )
  })

  it('stops the running cell and drops those that wait', async () => {
    const cells = [fakeCell(), fakeCell()]
    const queue = new NotebookQueue()
    const run = queue.run(cells.map(({ execution }) => new CellRunner(execution, parts(untilStopped).deps)))
    await new Promise(resolve => setImmediate(resolve))
    queue.stop()
    await run
    assert.deepEqual(
      cells.map(({ calls }) => calls.join()),
      ['start,end undefined', 'end undefined'],
    )
  })
})

async function* twoStatements(): AsyncGenerator<StatementEvent> {
  yield { kind: 'started', statementId: 'a', index: 0, of: 2 }
  yield { kind: 'batch', statementId: 'a', arrow: Uint8Array.of(1), offset: 0, rows: 1 }
  yield { kind: 'finished', statementId: 'a', rows: 1, durationMs: 3 }
  yield { kind: 'started', statementId: 'b', index: 1, of: 2 }
  yield { kind: 'finished', statementId: 'b', rows: 0, durationMs: 4 }
}

describe('cell events', () => {
  it('gathers the batches of each statement into one result', async () => {
    const statements = pretend<Statements>({
      run: twoStatements,
      collect: () => {
        const added: Uint8Array[] = []
        const add = ({ arrow }: { readonly arrow: Uint8Array }): void => void added.push(arrow)
        return { add, result: () => (added.length === 0 ? undefined : { ...result, rows: added.length }) }
      },
    })
    const request = { text: '…', connection: 'c', notebookId: 'n' }
    const events = await Array.fromAsync(
      runStatements(
        statements,
        request,
        { connections: [], resultRows: 5, resultBytes: 6, stackEngine: 'auto' },
        new AbortController().signal,
      ),
    )
    assert.deepEqual(events, [
      { kind: 'started', statementId: 'a', index: 0, of: 2 },
      { kind: 'result', statementId: 'a', result: { ...result, rows: 1 }, durationMs: 3 },
      { kind: 'started', statementId: 'b', index: 1, of: 2 },
      { kind: 'result', statementId: 'b', result: null, durationMs: 4 },
    ])
  })
})
