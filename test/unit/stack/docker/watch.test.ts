import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { systemClock } from '#base/clock.ts'
import { silentLog } from '#base/log.ts'
import { EngineClient } from '#stack/docker/client.ts'
import { projectEvents, type EngineEvent } from '#stack/docker/events.ts'
import { readLogs } from '#stack/docker/logs.ts'
import { watchProject } from '#stack/docker/watch.ts'
import { fakeClock } from '../../../fakes/clock.ts'
import { frame, inspected, startFakeDocker, type FakeDocker } from '../../../fakes/dockerEngine.ts'

const stamp = (second: number): string => `2026-11-24T18:00:${String(second).padStart(2, '0')}.000000001Z`

describe('an engine that goes and comes back', () => {
  let docker: FakeDocker
  let client: EngineClient
  let listeners: ServerResponse[]

  beforeEach(async () => {
    docker = await startFakeDocker()
    client = new EngineClient({ kind: 'socket', path: docker.socketPath })
    listeners = []
    docker.on('GET', /^\/events$/, { write: response => void listeners.push(response) })
  })
  afterEach(async () => await docker.close())

  const connect = () => Promise.resolve({ client, project: 'lake' })
  const tell = (action: string): void => {
    for (const response of listeners) response.write(`${JSON.stringify({ Type: 'container', Action: action })}\n`)
  }

  it('is waited for with longer and longer pauses, and told as lost and as connected', async () => {
    const abort = new AbortController()
    const clock = fakeClock()
    const seen: EngineEvent['kind'][] = []
    for await (const { kind } of projectEvents({ connect, clock }, ['start'], abort.signal)) {
      seen.push(kind)
      if (seen.length === 1) tell('start')
      if (seen.length === 2) await docker.die()
      if (seen.length === 6) await docker.live()
      if (kind === 'connected' && seen.length > 2) abort.abort()
    }
    assert.deepEqual(seen.slice(0, 6), ['connected', 'changed', 'lost', 'lost', 'lost', 'lost'])
    assert.equal(seen.at(-1), 'connected')
    assert.deepEqual(clock.sleeps.slice(0, 4), [250, 500, 1000, 2000])
  })

  it('asks for the events of its project alone, without those of health checks that run', async () => {
    const watch = watchProject({ connect, clock: systemClock }, () => {}, silentLog)
    await until(() => docker.calls.length === 1)
    watch.dispose()
    const filters: unknown = JSON.parse(docker.calls[0]?.query['filters'] ?? '')
    assert.deepEqual(filters, {
      type: ['container'],
      label: ['com.docker.compose.project=lake'],
      event: ['create', 'start', 'die', 'stop', 'destroy', 'rename', 'pause', 'unpause', 'oom', 'health_status'],
    })
  })

  it('is one change for a burst of events, and one for its loss', async () => {
    let count = 0
    const watch = watchProject({ connect, clock: systemClock }, () => (count += 1), silentLog)
    await until(() => count === 1)
    for (let event = 0; event < 20; event += 1) tell('die')
    await until(() => count === 2)
    await docker.die()
    await until(() => count === 3)
    await docker.live()
    await until(() => count === 4)
    watch.dispose()
    tell('start')
    await systemClock.sleep(200)
    assert.equal(count, 4)
  })

  it('has its logs followed again from the last line that was read', async () => {
    const labels = { 'com.docker.compose.service': 'web', 'com.docker.compose.container-number': '1' }
    docker.on('GET', /^\/containers\/json$/, { json: [{ Id: 'abc', Names: ['/lake-web-1'], State: 'running', Labels: labels }] })
    docker.on('GET', /^\/containers\/abc\/json$/, { json: inspected('abc', { labels }) })
    const written = [frame('stdout', `${stamp(1)} one\n`)]
    let followers = 0
    docker.on('GET', /logs$/, ({ query }) =>
      query['follow'] === 'true'
        ? {
            write: response => {
              followers += 1
              for (const message of written) response.write(message)
            },
          }
        : { bytes: Buffer.concat(written) },
    )
    const abort = new AbortController()
    const lines: string[] = []
    const reading = (async () => {
      for await (const { text, time } of readLogs({ connect, clock: systemClock }, ['web'], { tail: 5, follow: true }, abort.signal))
        lines.push(`${text} ${time}`)
    })()
    await until(() => followers === 1)
    written.push(frame('stderr', `${stamp(2)} two\n`))
    await docker.die()
    await docker.live()
    await until(() => lines.length === 2)
    tell('start')
    await until(() => followers === 2)
    abort.abort()
    await reading
    assert.deepEqual(lines, [`one ${Date.parse(stamp(1))}`, `two ${Date.parse(stamp(2))}`])
    const since = docker.calls.filter(({ query }) => query['follow'] === 'true').map(({ query }) => query['since'])
    assert.deepEqual(since, ['1795543201.000000001', '1795543201.000000001'])
  })
})

async function until(isSo: () => boolean): Promise<void> {
  for (const end = Date.now() + 5000; !isSo(); await systemClock.sleep(10)) if (Date.now() > end) throw new Error('Not in time')
}
