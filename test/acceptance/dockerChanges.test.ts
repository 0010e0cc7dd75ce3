import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { StackControl } from '#app/stackControl.ts'
import type { ServiceName, StackState } from '#stack/types.ts'
import { openDockerBed, type DockerBed } from '../docker/bed.ts'
import { createDockerProject, webService, type DockerProject } from '../support/dockerProject.ts'
import { changeElsewhere, type OtherProcess } from '../support/otherProcess.ts'
import { controlOf } from '../support/stackControl.ts'

const never = new AbortController().signal
const ignore = (): void => {}

/** The control on a real engine: the whole way of a change, with services of a kilobyte. One story: each test goes on from the one before. */
describe('changes of a stack on Docker', function () {
  this.timeout(180_000)
  let bed: DockerBed
  let project: DockerProject
  let env: NodeJS.ProcessEnv
  let control: StackControl
  let image = ''

  before(async function () {
    bed = await openDockerBed(this)
    image = await bed.image('busybox')
    project = createDockerProject(bed.client)
    env = { ...process.env, DOCKER_HOST: bed.host, DATAFLOW_HOME: join(project.folder, '..', 'home') }
    control = controlOf(project.folder, env, 'docker')
    define()
  })
  after(async () => {
    control?.dispose()
    await project?.dispose()
  })

  /** `late` is healthy after a few seconds only, and `last` needs it. */
  function define(more: Readonly<Record<string, object>> = {}): void {
    const late = { test: ['CMD', 'sh', '-c', 'test -f /late || { sleep 3 && touch /late && false; }'], interval: '500ms', retries: 30 }
    project.define({
      first: webService('first', image),
      late: webService('late', image, { healthcheck: late, depends_on: { first: { condition: 'service_healthy' } } }),
      last: webService('last', image, { depends_on: { late: { condition: 'service_healthy' } } }),
      lone: webService('lone', image, { profiles: ['more'] }),
      ...more,
    })
  }

  const inAnother = (kind: 'up' | 'down'): OtherProcess => changeElsewhere({ kind, project: project.folder, engine: 'docker', env })
  const up = async (...services: readonly ServiceName[]): Promise<StackState> =>
    await control.change(services.length === 0 ? { kind: 'up' } : { kind: 'up', services }, ignore, never)

  it('finishes what a killed process had begun, and keeps what that had started', async () => {
    await inAnother('up').killAt('Starting late')
    const before = await control.refresh(never)
    assert.equal(before.services.find(({ name }) => name === 'first')?.health, 'healthy')
    assert.equal(before.services.find(({ name }) => name === 'last')?.state, 'stopped')
    const finished = await up()
    assert.deepEqual([finished.kind, standing(finished)], ['running', ['first', 'late', 'last']])
    assert.equal(pidOf(finished, 'first'), pidOf(before, 'first'))
    const names = (await bed.client.run(['ps', '--all', '--format', '{{.Names}}', '--filter', `name=${project.name}-`])).split('\n')
    assert.deepEqual(
      names.toSorted(),
      ['first', 'last', 'late'].map(name => project.container(name)),
    )
  })

  it('is left alone by a second window that comes to the same', async () => {
    const before = control.state
    const other = await inAnother('up').state
    assert.deepEqual(pids(other), pids(before))
  })

  it('serves two windows at once with one stack', async () => {
    await control.change({ kind: 'down' }, ignore, never)
    const [one, two] = [inAnother('up'), inAnother('up')]
    const states = [await one.state, await two.state, await up()]
    assert.deepEqual(
      states.map(({ kind }) => kind),
      ['running', 'running', 'running'],
    )
    assert.deepEqual([pids(states[1]), pids(states[2])], [pids(states[0]), pids(states[0])])
  })

  it('is told to who has chosen local processes meanwhile', async () => {
    const local = controlOf(project.folder, env, 'local')
    const { engine, elsewhere } = await local.refresh(never)
    assert.deepEqual([engine, elsewhere], ['local', { engine: 'docker', services: ['first', 'late', 'last'] }])
    local.dispose()
  })

  it('is told of a container that was killed without being asked for it, and starts that one alone', async () => {
    const before = control.state
    const watching = control.watch()
    try {
      const failed = until(control, ({ kind }) => kind === 'failed')
      await bed.client.run(['kill', '--signal', 'KILL', project.container('first')])
      const state = await failed
      assert.ok(state.kind === 'failed')
      assert.match(state.problem.message, /^first is not running \(exit 137/)
    } finally {
      watching.dispose()
    }
    const repaired = await up()
    assert.equal(repaired.kind, 'running')
    assert.notEqual(pidOf(repaired, 'first'), pidOf(before, 'first'))
    assert.equal(pidOf(repaired, 'last'), pidOf(before, 'last'))
  })

  it('makes anew only the service whose definition changed, after saying so', async () => {
    const before = control.state
    define({ last: webService('last', image, { environment: { EDITION: 'two' }, depends_on: { late: { condition: 'service_healthy' } } }) })
    const plan = await control.plan({ kind: 'up' }, never)
    assert.deepEqual(plan.steps, [{ action: 'recreate', service: 'last', reason: 'its definition changed' }])
    assert.deepEqual([plan.kept, plan.isDestructive], [['first', 'late'], true])
    const after = await up()
    assert.deepEqual([pidOf(after, 'first'), pidOf(after, 'late')], [pidOf(before, 'first'), pidOf(before, 'late')])
    assert.notEqual(pidOf(after, 'last'), pidOf(before, 'last'))
  })

  it('names the line of a definition that cannot be used, and goes on when it is mended', async () => {
    const before = control.state
    define({ late: { image, healthchek: {} } })
    const broken = await control.refresh(never)
    assert.ok(broken.kind === 'failed' && broken.problem.code === 'invalid')
    assert.match(broken.problem.message, /^compose\.yaml, line 1: .*healthchek/)
    await assert.rejects(up(), { code: 'invalid' })
    define()
    assert.deepEqual(pids(await control.refresh(never)).slice(0, 2), pids(before).slice(0, 2))
    assert.equal((await up()).kind, 'running')
  })

  it('stops what it started when it is cancelled', async () => {
    await control.change({ kind: 'down' }, ignore, never)
    const abort = new AbortController()
    const change = control.change({ kind: 'up' }, ({ step }) => step.startsWith('Starting late') && abort.abort(), abort.signal)
    await assert.rejects(change, { name: 'AbortError' })
    assert.deepEqual([control.state.kind, standing(await control.refresh(never))], ['stopped', []])
  })

  it('starts a service of no active profile by its name, and tells of one that is gone from the definition', async () => {
    assert.deepEqual(standing(await up('lone', 'first')), ['first', 'lone'])
    project.define({ first: webService('first', image) })
    const { skipped, steps } = await control.plan({ kind: 'up' }, never)
    assert.deepEqual([steps, skipped.map(({ service }) => service)], [[], ['last', 'late', 'lone']])
    assert.equal(skipped.at(-1)?.reason, 'lone is there, but the definition does not name it any more.')
    const state = await control.change({ kind: 'remove' }, ignore, never)
    assert.deepEqual([state.kind, state.services.map(({ name }) => name)], ['stopped', ['first']])
  })

  it('has failed with a hint when no engine answers, and waits for none', async () => {
    const lost = controlOf(project.folder, { ...env, DOCKER_HOST: 'unix:///nowhere/docker.sock' }, 'docker')
    const state = await lost.refresh(never)
    assert.ok(state.kind === 'failed' && state.problem.code === 'unreachable')
    assert.match(state.problem.hint ?? '', /Start Docker|local engine/)
    await assert.rejects(lost.change({ kind: 'up' }, ignore, never), { code: 'unreachable' })
    lost.dispose()
  })
})

function standing({ services }: StackState): ServiceName[] {
  return services.filter(({ state }) => state === 'running').map(({ name }) => name)
}

function pidOf({ services }: StackState, service: ServiceName): number {
  const pid = services.find(({ name }) => name === service)?.pid
  assert.ok(pid, service)
  return pid
}

function pids(state: StackState | undefined): number[] {
  return (state?.services ?? []).flatMap(({ pid }) => pid ?? [])
}

async function until(control: StackControl, isSo: (state: StackState) => boolean): Promise<StackState> {
  return await new Promise(resolve => {
    const following = control.onDidChange(state => {
      if (!isSo(state)) return
      following.dispose()
      resolve(state)
    })
  })
}
