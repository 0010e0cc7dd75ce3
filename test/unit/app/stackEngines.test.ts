import assert from 'node:assert/strict'
import type { EngineSetting } from '#app/settings.ts'
import { createStackControl } from '#app/stackControl.ts'
import { chooseEngines } from '#app/stackEngines.ts'
import { Emitter } from '#base/event.ts'
import { silentLog } from '#base/log.ts'
import { fakeEngine } from '../../fakes/stackEngine.ts'

const never = new AbortController().signal

/** Both engines, and what the choice between them depends on. */
function surroundings() {
  const local = fakeEngine()
  const docker = fakeEngine()
  docker.kind = 'docker'
  const setting: Emitter<void> = new Emitter()
  const now = { setting: 'auto' as EngineSetting, isOwn: true, answers: true, ms: 0, pings: 0 }
  const choice = chooseEngines({
    engines: { local, docker },
    setting: () => now.setting,
    onDidChangeSetting: setting.event,
    isOwn: async () => now.isOwn,
    dockerAnswers: async () => {
      now.pings += 1
      return now.answers
    },
    warnings: async () => ['compose.yaml, line 1: odd'],
    clock: { now: () => now.ms, sleep: () => assert.fail() },
  })
  const kind = async (): Promise<string> => (await choice.choose(never)).kind
  return { local, docker, setting, now, choice, kind }
}

describe('the choice of the engine', () => {
  it('is Docker by itself only where the folder has a compose file and an engine answers', async () => {
    const { now, kind } = surroundings()
    now.isOwn = false
    assert.deepEqual([await kind(), now.pings], ['local', 0])
    Object.assign(now, { isOwn: true, answers: false })
    assert.equal(await kind(), 'local')
    Object.assign(now, { answers: true, ms: 30_000 })
    assert.equal(await kind(), 'docker')
    now.isOwn = false
    assert.equal(await kind(), 'local')
  })

  it('is what the setting names, and changes with it at once', async () => {
    const { now, kind, choice, setting } = surroundings()
    let changes = 0
    choice.onDidChange(() => (changes += 1))
    const kinds: string[] = []
    for (const engine of ['local', 'local', 'docker'] as const) {
      now.setting = engine
      setting.fire()
      kinds.push(choice.kind, await kind())
    }
    assert.deepEqual([kinds, changes, now.pings], [['local', 'local', 'local', 'local', 'docker', 'docker'], 2, 0])
  })

  it('stays with Docker that is lost, and with a stack that runs as local processes', async () => {
    const lost = surroundings()
    assert.equal(await lost.kind(), 'docker')
    lost.now.answers = false
    assert.equal(await lost.kind(), 'docker')
    const busy = surroundings()
    busy.local.running.add('s3')
    assert.equal(await busy.kind(), 'local')
    busy.local.running.clear()
    assert.equal(await busy.kind(), 'docker')
  })

  it('tells that Docker was not to be had, where it would have been the one', async () => {
    const { now, kind, choice } = surroundings()
    await kind()
    assert.equal((await choice.warnings(never)).length, 1)
    const without = surroundings()
    without.now.answers = false
    await without.kind()
    assert.match((await without.choice.warnings(never))[0] ?? '', /^Docker does not answer/)
    now.setting = 'local'
    await kind()
    assert.equal((await choice.warnings(never)).length, 1)
  })

  it('does not ask a silent engine at every look', async () => {
    const { now, kind } = surroundings()
    now.answers = false
    for (now.ms = 0; now.ms < 60_000; now.ms += 10_000) await kind()
    assert.equal(now.pings, 2)
  })

  it('starts nothing on Docker without a compose file, and says how to get one', async () => {
    const { now, choice, docker } = surroundings()
    Object.assign(now, { isOwn: false, setting: 'docker' })
    const control = createStackControl(choice, {
      log: silentLog,
      clock: { now: () => 0, sleep: () => assert.fail() },
      createBuckets: async () => {},
    })
    await assert.rejects(
      control.change({ kind: 'up' }, () => {}, never),
      { code: 'invalid', hint: /New lakehouse project/ },
    )
    docker.running.add('s3')
    assert.equal((await control.change({ kind: 'down' }, () => {}, never)).kind, 'stopped')
  })

  it('tells what the engine before still runs when the compose file goes, or the setting changes', async () => {
    const { now, choice, docker, setting, local } = surroundings()
    const control = createStackControl(choice, {
      log: silentLog,
      clock: { now: () => 0, sleep: () => assert.fail() },
      createBuckets: async () => {},
    })
    docker.running.add('s3')
    assert.deepEqual([(await control.refresh(never)).kind, control.state.engine, control.state.elsewhere], ['running', 'docker', undefined])
    now.isOwn = false
    const without = await control.refresh(never)
    assert.deepEqual([without.engine, without.elsewhere], ['local', { engine: 'docker', services: ['s3'] }])
    Object.assign(now, { isOwn: true, setting: 'local' })
    setting.fire()
    const state = await control.refresh(never)
    assert.deepEqual([state.kind, state.engine, state.elsewhere], ['stopped', 'local', { engine: 'docker', services: ['s3'] }])
    const told: string[] = []
    await control.change({ kind: 'up' }, ({ step }) => told.push(step), never)
    assert.deepEqual(told.slice(0, 2), ['compose.yaml, line 1: odd', 'Docker still runs s3 of this project'])
    assert.deepEqual([...local.running], ['s3', 'spark-connect'])
    docker.running.clear()
    choice.forget()
    assert.equal((await control.refresh(never)).elsewhere, undefined)
  })
})
