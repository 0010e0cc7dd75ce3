import assert from 'node:assert/strict'
import { Emitter } from '#base/event.ts'
import { LakehouseError } from '#base/errors.ts'
import { silentLog } from '#base/log.ts'
import { withSignal } from '#host/cancel.ts'
import { registerCommand } from '#host/command.ts'
import { commands as ids } from '#host/ids.ts'
import { createProblems } from '#host/problems.ts'
import { createSecrets, parseSecrets } from '#host/secrets.ts'
import { answers, CancellationTokenSource, commands, reset, seen } from '../../fakes/vscode.ts'

const log = { ...silentLog, show: () => void seen.messages.push('(log)'), dispose: () => {} }
const settle = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

describe('cancel', () => {
  it('aborts with the token and lets it go at the end', async () => {
    const source = new CancellationTokenSource()
    const aborted = await withSignal(source.token, async signal => {
      assert.equal(source.listeners, 1)
      source.cancel()
      return signal.aborted
    })
    assert.deepEqual([aborted, source.listeners], [true, 0])
  })

  it('begins aborted when the token is cancelled already', async () => {
    const source = new CancellationTokenSource()
    source.cancel()
    assert.equal(await withSignal(source.token, async signal => signal.aborted), true)
  })
})

describe('problems', () => {
  beforeEach(reset)

  it('shows the sentence and the hint of an expected failure', async () => {
    createProblems(log).show(new LakehouseError('denied', 'Access denied.', { hint: 'Check the key.' }))
    await settle()
    assert.deepEqual(seen.messages, ['Access denied. Check the key.'])
  })

  it('does not show the text of a bug, nor a cancellation', async () => {
    const problems = createProblems(log)
    problems.show(new TypeError('x is undefined'))
    problems.show(new LakehouseError('cancelled', 'Stopped.'))
    problems.show(new DOMException('aborted', 'AbortError'))
    await settle()
    assert.deepEqual(seen.messages, ['Something went wrong in DataFlow Lab. The log has the details.'])
  })

  it('runs a failed command again on Retry', async () => {
    let runs = 0
    registerCommand(
      ids.refreshLakehouse,
      async () => {
        runs += 1
        if (runs === 1) throw new LakehouseError('timeout', 'Too slow.')
      },
      createProblems(log),
    )
    answers.message = 'Retry'
    await commands.executeCommand(ids.refreshLakehouse)
    await settle()
    assert.deepEqual([runs, seen.messages], [2, ['Too slow.']])
  })
})

describe('secrets', () => {
  it('keeps the keys of a connection and forgets them', async () => {
    const kept = new Map<string, string>()
    const changed = new Emitter<{ readonly key: string }>()
    const heard: string[] = []
    const secrets = createSecrets({
      get: async key => kept.get(key),
      store: async (key, value) => void kept.set(key, value),
      delete: async key => void kept.delete(key),
      keys: async () => [...kept.keys()],
      onDidChange: changed.event,
    })
    secrets.onDidChange(name => heard.push(name))
    const addresses = { s3: 'http://localhost:9000', sparkToken: 'sc://localhost:15002' }
    const own = { s3: { accessKeyId: 'a', secretAccessKey: 'b' }, sparkToken: 't', addresses }
    await secrets.set('minio', own)
    assert.deepEqual(await secrets.get('minio'), own)
    assert.equal(await secrets.get('other'), undefined)
    await secrets.forget('minio')
    assert.equal(await secrets.get('minio'), undefined)
    changed.fire({ key: 'connection:minio' })
    changed.fire({ key: 'other' })
    assert.deepEqual(heard, ['minio'])
  })

  it('takes secrets without an address for such that may go nowhere', () => {
    assert.deepEqual(parseSecrets('{"sparkToken":"t"}'), { sparkToken: 't', addresses: {} })
  })

  it('does not repeat what it cannot read', () => {
    assert.throws(
      () => parseSecrets('s3cret{'),
      (error: unknown) => error instanceof LakehouseError && !error.message.includes('s3cret'),
    )
  })
})
