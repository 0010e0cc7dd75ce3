import assert from 'node:assert/strict'
import { fixedEngine } from '#app/stackEngines.ts'
import type { Lakehouse } from '#app/lakehouse.ts'
import { createStackControl } from '#app/stackControl.ts'
import { systemClock } from '#base/clock.ts'
import { isProblem } from '#base/errors.ts'
import { silentLog } from '#base/log.ts'
import { parseCommand } from '#cli/args.ts'
import type { Io } from '#cli/io.ts'
import type { Lab } from '#cli/lab.ts'
import { changeStack, logs, planStack, status } from '#cli/stackCommands.ts'
import { statusText } from '#cli/stackOutput.ts'
import type { LogLine } from '#stack/types.ts'
import { fakeEngine, serviceState, type FakeEngine } from '../../fakes/stackEngine.ts'
import { pretend } from '../../support/pretend.ts'

const createBuckets = (): Promise<void> => Promise.resolve()

/** A terminal on an engine; `answer` is what its user says. */
function terminal(engine: FakeEngine, answer?: boolean) {
  let out = ''
  const told: string[] = []
  const io = pretend<Io>({
    out: async (chunk: string | Uint8Array) => void (out += String(chunk)),
    tell: (line: string) => void told.push(line),
    flash: () => {},
    ask: async () => answer,
  })
  const stack = createStackControl(fixedEngine(engine), { log: silentLog, clock: systemClock, createBuckets })
  const lab = pretend<Lab>({ lakehouse: pretend<Lakehouse>({ stack }) })
  const run = async (...args: readonly string[]): Promise<string> => {
    const { command, common } = parseCommand(['stack', ...args])
    const work = { format: common.format, lab, io, signal: new AbortController().signal }
    out = ''
    if (command.kind === 'status') await status(command, work)
    else if (command.kind === 'change') await changeStack(command, work)
    else if (command.kind === 'plan') await planStack(command, work)
    else if (command.kind === 'logs') await logs(command, work)
    else assert.fail(command.kind)
    return out
  }
  return { run, told }
}

describe('dataflow stack', () => {
  it('tells the steps and what came of them, and prints the state', async () => {
    const { run, told } = terminal(fakeEngine('s3'))
    assert.equal(
      await run('up'),
      [
        'The stack is running (processes of this machine).',
        's3             running  healthy  http://127.0.0.1:9000   process 1',
        'spark-connect  running  healthy  http://127.0.0.1:15002  process 1',
        '',
      ].join('\n'),
    )
    assert.deepEqual(told, [
      'Installing',
      'Creating the buckets',
      'Starting Spark',
      'Started Spark',
      'Started Spark; kept the object store.',
    ])
  })

  it('says why a service stands still that nobody asked for', () => {
    const services = [serviceState('jupyter', false, { group: 'jupyter', isActive: false }), serviceState('s3', false)]
    assert.equal(
      statusText({ kind: 'stopped', engine: 'docker', services, endpoints: {} }),
      'The stack is stopped (Docker).\njupyter  stopped      its group jupyter is not active\ns3       stopped\n',
    )
  })

  it('keeps the contract of status --json, with more members', async () => {
    const { run } = terminal(fakeEngine('s3'))
    const found = JSON.parse(await run('status', '--json', '--usage'))
    assert.deepEqual([found.engine, found.state, found.services.length], ['local', 'running', 2])
    const { name, state, health, pid, url, port, usage, needs } = found.services[1]
    assert.deepEqual(
      [name, state, health, pid, url, port, usage, needs],
      ['spark-connect', 'stopped', 'unknown', null, null, null, null, ['s3']],
    )
  })

  it('erases nothing before it is told to, and says what would be lost', async () => {
    const engine = fakeEngine()
    const lost = 'Lost for good: folder /data/s3 of s3'
    assert.equal(await terminal(engine).run('plan', 'reset', 's3'), `erase s3\n${lost}\n`)
    await assert.rejects(terminal(engine).run('reset', 's3'), error => isProblem(error, 'denied') && (error.hint ?? '').includes('--yes'))
    const refused = terminal(engine, false)
    await assert.rejects(refused.run('reset', 's3'), error => isProblem(error, 'cancelled'))
    assert.deepEqual([refused.told, engine.calls], [[lost], []])
    await terminal(engine, true).run('reset', 's3')
    await terminal(engine).run('reset', 's3', '--yes')
    assert.deepEqual(engine.calls, ['erase s3', 'erase s3'])
  })

  it('prints logs by service, or as they come', async () => {
    const engine = fakeEngine('s3', 'spark-connect')
    const lines: readonly LogLine[] = [
      { service: 's3', text: 'one', stream: 'stdout', time: 0 },
      { service: 'spark-connect', text: 'two', stream: 'stderr', time: null },
    ]
    engine.logs = async function* () {
      yield* lines
    }
    const { run } = terminal(engine)
    assert.equal(await run('logs'), '==> s3 <==\none\n==> spark-connect <==\ntwo\n')
    assert.equal(await run('logs', '--follow'), 's3 | one\nspark-connect | two\n')
    const first = { name: 's3', time: '1970-01-01T00:00:00.000Z', stream: 'stdout', text: 'one' }
    assert.deepEqual(
      (await run('logs', '--follow', '--json'))
        .split('\n')
        .slice(0, 1)
        .map(line => JSON.parse(line)),
      [first],
    )
    await assert.rejects(run('logs', 'mlflow'), error => isProblem(error, 'notFound') && error.hint === 'It has s3, spark-connect.')
  })
})
