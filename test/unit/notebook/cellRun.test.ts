import assert from 'node:assert/strict'
import { newRun, step, type RunEffect, type RunEvent } from '#notebook/cellRun.ts'

type Event = RunEvent<string>

function run(...events: readonly Event[]): readonly RunEffect<string>[] {
  let state = newRun
  return events.flatMap(event => {
    const next = step(state, event)
    state = next.state
    return next.effects
  })
}

const begin: Event = { kind: 'begin', at: 1 }
const started: Event = { kind: 'started', statementId: 'a', index: 0, of: 1 }
const progress: Event = { kind: 'progress', progress: { tasks: 4, tasksDone: 1, stages: 2, stagesDone: 0, bytesRead: 9 } }
const result: Event = { kind: 'result', statementId: 'a', result: 'rows', durationMs: 5 }
const finished: Event = { kind: 'finished', at: 2 }
const stop: Event = { kind: 'stop' }
const stopped: Event = { kind: 'failed', problem: { code: 'cancelled', message: 'Stopped.' }, at: 3 }
const failed: Event = { kind: 'failed', problem: { code: 'failed', message: 'no such table' }, at: 3 }

describe('cell run', () => {
  it('starts, shows progress, puts out the result and ends', () => {
    assert.deepEqual(run(begin, started, progress, result, finished), [
      { kind: 'start', at: 1 },
      {
        kind: 'live',
        live: { kind: 'progress', index: 0, of: 1, progress: { tasks: 4, tasksDone: 1, stages: 2, stagesDone: 0, bytesRead: 9 } },
      },
      { kind: 'output', output: { kind: 'result', statementId: 'a', result: 'rows', durationMs: 5 } },
      { kind: 'end', outcome: 'succeeded', at: 2 },
    ])
  })

  it('says that a statement without rows is done', () => {
    assert.deepEqual(run(begin, started, { ...result, result: null }, finished).slice(1), [
      { kind: 'output', output: { kind: 'done', durationMs: 5 } },
      { kind: 'end', outcome: 'succeeded', at: 2 },
    ])
  })

  it('ends with the problem, and once, when the stream goes on after it', () => {
    assert.deepEqual(run(begin, started, failed, finished, failed, stop).slice(1), [
      { kind: 'output', output: { kind: 'problem', problem: { code: 'failed', message: 'no such table' } } },
      { kind: 'end', outcome: 'failed', at: 3 },
    ])
  })

  it('waits for the server to confirm a stop', () => {
    assert.deepEqual(run(begin, started, stop, progress, stopped).slice(1), [
      { kind: 'abort' },
      { kind: 'live', live: { kind: 'stopping' } },
      { kind: 'output', output: { kind: 'stopped', server: 'confirmed' } },
      { kind: 'end', outcome: 'stopped', at: 3 },
    ])
  })

  it('ends without the server when that takes too long', () => {
    assert.deepEqual(run(begin, started, stop, { kind: 'stopOverdue', at: 4 }, stopped).slice(3), [
      { kind: 'output', output: { kind: 'stopped', server: 'silent' } },
      { kind: 'end', outcome: 'stopped', at: 4 },
    ])
  })

  it('does not speak of the server when the statement had not begun', () => {
    assert.deepEqual(run(begin, { kind: 'waiting', text: '…' }, stop, stopped).slice(4), [
      { kind: 'output', output: { kind: 'stopped', server: 'notAsked' } },
      { kind: 'end', outcome: 'stopped', at: 3 },
    ])
  })

  it('keeps the rows that came before the stop could reach the server', () => {
    assert.deepEqual(run(begin, started, stop, result, finished).slice(3), [
      { kind: 'output', output: { kind: 'result', statementId: 'a', result: 'rows', durationMs: 5 } },
      { kind: 'end', outcome: 'succeeded', at: 2 },
    ])
  })

  it('ends a run that never began without a time', () => {
    assert.deepEqual(run(stop, begin), [{ kind: 'end', outcome: 'stopped' }])
    assert.deepEqual(run({ kind: 'dispose' }, finished), [{ kind: 'end', outcome: 'stopped' }])
  })

  it('ends exactly once and starts at most once, whatever comes in whatever order', () => {
    const seed = (Date.now() % 2_147_483_646) + 1
    let last = seed
    const random = (below: number): number => {
      last = (last * 48_271) % 2_147_483_647
      return last % below
    }
    const all: readonly Event[] = [
      begin,
      started,
      progress,
      result,
      finished,
      stop,
      stopped,
      failed,
      { kind: 'reconnecting' },
      { kind: 'waiting', text: '…' },
      { kind: 'stopOverdue', at: 9 },
    ]
    for (let round = 0; round < 2000; round += 1) {
      const events: readonly Event[] = Array.from({ length: 12 }, () => all[random(all.length)] ?? begin)
      const effects = run(...events, { kind: 'dispose' })
      const kinds = effects.map(({ kind }) => kind)
      const say = `seed ${seed}: ${events.map(({ kind }) => kind).join(' ')}`
      assert.equal(kinds.filter(kind => kind === 'end').length, 1, say)
      assert.equal(kinds.at(-1), 'end', say)
      assert.ok(kinds.filter(kind => kind === 'start').length <= 1, say)
      assert.ok(kinds.length === 1 || kinds[0] === 'start', say)
    }
  })
})
