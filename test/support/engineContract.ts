import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { systemClock } from '#base/clock.ts'
import { isProblem } from '#base/errors.ts'
import type { StackEngine } from '#stack/engine.ts'
import type { LogLine, ServiceName, ServiceState } from '#stack/types.ts'

/** A stack of four small services on the engine under test; each prints `NAME begins` when it starts. */
export interface ContractBed {
  readonly engine: StackEngine
  /** The same stack as another process has it. */
  readonly other: StackEngine
  /** Answers at a port and keeps data; there can be only one of it. */
  readonly store: ServiceName
  /** The same, and needs the store. */
  readonly app: ServiceName
  /** Prints `no way` and ends with 3 while it starts. */
  readonly broken: ServiceName
  /** Runs and never becomes healthy, for longer than any test waits. */
  readonly slow: ServiceName
  /** From now on the store is defined differently. */
  redefineStore(): Promise<void>
  /** Ends a service as a crash does. */
  crash(name: ServiceName): Promise<void>
  /** Stops and deletes all of it. */
  dispose(): Promise<void>
}

const never = new AbortController().signal
const patienceMs = 20_000

/** What callers rely on in an engine, whichever runs the services. */
export function engineContract(open: () => Promise<ContractBed>): void {
  let bed: ContractBed
  let engine: StackEngine

  before(async () => {
    bed = await open()
    engine = bed.engine
  })
  afterEach(async () => {
    for (const name of [bed.app, bed.slow, bed.broken, bed.store]) await engine.remove(name, never)
  })
  after(async () => await bed.dispose())

  const start = async (...names: readonly ServiceName[]): Promise<void> => {
    await engine.prepare(names, () => {}, never)
    for (const name of names) await engine.start(name, never)
  }
  const look = (name: ServiceName, from = engine): Promise<ServiceState> => stateOf(from, name)

  it('shows every service of the definition before anything was started', async () => {
    const { services, endpoints } = await engine.observe(never)
    const names = [bed.store, bed.app, bed.broken, bed.slow]
    assert.deepEqual(services.map(({ name }) => name).toSorted(), names.toSorted())
    assert.deepEqual(
      services.flatMap(({ state, health, port, url, since }) => [state, health, port, url, since]),
      names.flatMap(() => ['stopped', 'unknown', null, null, null]),
    )
    assert.deepEqual(endpoints, {})
    assert.ok(services.findIndex(({ name }) => name === bed.store) < services.findIndex(({ name }) => name === bed.app))
    assert.deepEqual((await look(bed.app)).needs, [bed.store])
  })

  it('starts a service and knows it as healthy, with a port that answers', async () => {
    const before = Date.now()
    await start(bed.store)
    const { state, health, port, since, replicas, isOutdated, isOrphan, reason } = await look(bed.store)
    assert.deepEqual(
      [state, health, replicas, isOutdated, isOrphan, reason],
      ['running', 'healthy', { running: 1, wanted: 1 }, false, false, null],
    )
    assert.ok(since !== null && since >= before - 1000 && since <= Date.now() + 1000)
    assert.ok(port !== null && (await answers(port)))
  })

  it('leaves a service alone that runs as it is defined', async () => {
    await start(bed.store)
    const first = await look(bed.store)
    await start(bed.store)
    assert.deepEqual(await look(bed.store), first)
  })

  it('finds the services that another process has started', async () => {
    await start(bed.store)
    assert.deepEqual(await look(bed.store, bed.other), await look(bed.store))
  })

  it('starts several services at the same time', async () => {
    await start(bed.store)
    await engine.prepare([bed.app, bed.broken], () => {}, never)
    const outcomes = await Promise.allSettled([engine.start(bed.app, never), engine.start(bed.broken, never)])
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'rejected'],
    )
    assert.equal((await look(bed.app)).health, 'healthy')
  })

  it('says with the last lines of its log why a service does not start, and leaves none of it running', async () => {
    await engine.prepare([bed.broken], () => {}, never)
    await assert.rejects(
      engine.start(bed.broken, never),
      error => isProblem(error, 'failed') && String(error.details?.['log']).includes('no way'),
    )
    const { state, replicas } = await look(bed.broken)
    assert.notEqual(state, 'running')
    assert.equal(replicas.running, 0)
  })

  it('ends what a cancelled start began', async () => {
    await engine.prepare([bed.slow], () => {}, never)
    const abort = new AbortController()
    const starting = engine.start(bed.slow, abort.signal)
    await until('the service runs', async () => (await look(bed.slow)).replicas.running === 1)
    abort.abort()
    await assert.rejects(starting, { name: 'AbortError' })
    assert.deepEqual((await look(bed.slow)).state, 'stopped')
  })

  it('stops a service and starts it again; stopping what stands still is harmless', async () => {
    await start(bed.store)
    const { port } = await look(bed.store)
    await engine.stop(bed.store, never)
    await engine.stop(bed.store, never)
    const stopped = await look(bed.store)
    assert.deepEqual([stopped.state, stopped.health, stopped.since, stopped.reason], ['stopped', 'unknown', null, null])
    assert.ok(port !== null && !(await answers(port)))
    await start(bed.store)
    assert.equal((await look(bed.store)).health, 'healthy')
  })

  it('tells a crash from a stop, and repairs it by a start', async () => {
    await start(bed.store)
    await bed.crash(bed.store)
    await until('the crash is seen', async () => (await look(bed.store)).state === 'failed')
    await start(bed.store)
    assert.equal((await look(bed.store)).health, 'healthy')
  })

  it('knows a service that was redefined, and makes only that one anew', async () => {
    await start(bed.store, bed.app)
    const app = await look(bed.app)
    const first = await look(bed.store)
    await bed.redefineStore()
    const outdated = await look(bed.store)
    assert.deepEqual([outdated.isOutdated, outdated.since], [true, first.since])
    await start(bed.store, bed.app)
    const second = await look(bed.store)
    assert.deepEqual([second.isOutdated, second.health], [false, 'healthy'])
    assert.ok((second.since ?? 0) > (first.since ?? 0))
    assert.equal((await look(bed.app)).since, app.since)
  })

  it('gives the last lines of several services in the order of their times', async () => {
    await start(bed.store, bed.app)
    await until('both have written', async () => (await tail(engine, [bed.store, bed.app], 100)).length >= 2)
    const lines = await tail(engine, [bed.store, bed.app], 100)
    const begins = lines.filter(({ text }) => text.endsWith('begins'))
    assert.deepEqual(
      begins.map(({ service, text }) => [service, text]),
      [
        [bed.store, `${bed.store} begins`],
        [bed.app, `${bed.app} begins`],
      ],
    )
    assert.deepEqual((await tail(engine, [bed.store], 1)).length, 1)
  })

  it('follows a log across a restart', async () => {
    await start(bed.store)
    const abort = new AbortController()
    const begins = followBegins(engine, bed.store, abort.signal)
    await begins.atLeast(1)
    await engine.stop(bed.store, never)
    await start(bed.store)
    await begins.atLeast(2)
    abort.abort()
    await begins.ended
    assert.equal(begins.count(), 2)
  })

  it('tells what a running service uses', async () => {
    await start(bed.store)
    const first = (await engine.usage(never)).get(bed.store)
    assert.ok(first && first.memoryBytes > 0)
    const second = (await engine.usage(never)).get(bed.store)
    assert.ok(second && second.cpu !== null && second.cpu >= 0)
    assert.equal((await engine.usage(never)).has(bed.app), false)
  })

  it('names what an erasure deletes, and deletes it', async () => {
    await start(bed.store)
    await engine.stop(bed.store, never)
    assert.ok((await engine.losses(bed.store, never)).length > 0)
    await engine.erase(bed.store, never)
    assert.equal((await look(bed.store)).state, 'stopped')
    await start(bed.store)
    assert.equal((await look(bed.store)).health, 'healthy')
  })

  it('does not scale a service that there can be only one of', async () => {
    await start(bed.store)
    await assert.rejects(engine.scale(bed.store, 2, never), error => isProblem(error, 'unsupported'))
    assert.deepEqual((await look(bed.store)).replicas, { running: 1, wanted: 1 })
  })

  it('keeps others from changing the stack at the same time', async () => {
    const order: string[] = []
    const gate = Promise.withResolvers<void>()
    const first = engine.exclusively(
      async () => {
        order.push('first')
        await gate.promise
      },
      () => order.push('first waits'),
      never,
    )
    await until('the first has begun', () => Promise.resolve(order.length === 1))
    const second = bed.other.exclusively(
      async () => void order.push('second'),
      () => void order.push('second waits'),
      never,
    )
    await until('the second waits', () => Promise.resolve(order.length === 2))
    assert.deepEqual([(await bed.other.observe(never)).isChanging, (await engine.observe(never)).isChanging], [true, undefined])
    gate.resolve()
    await Promise.all([first, second])
    assert.deepEqual(order, ['first', 'second waits', 'second'])
  })

  it('tells that something has changed, also when another process did it', async () => {
    let count = 0
    const watch = engine.watch(() => (count += 1))
    try {
      await bed.other.prepare([bed.store], () => {}, never)
      await bed.other.start(bed.store, never)
      await until('the start is told', () => Promise.resolve(count > 0))
      const before = await settled(() => count)
      await bed.crash(bed.store)
      await until('the crash is told', () => Promise.resolve(count > before))
    } finally {
      watch.dispose()
    }
  })

  it('opens a terminal in a running service', async () => {
    await start(bed.store)
    const shell = await engine.shell(bed.store, never)
    if (shell.kind === 'process') {
      assert.ok(shell.folder !== '')
      return
    }
    const terminal = await shell.open({ columns: 100, rows: 30 }, never)
    terminal.write(Buffer.from('stty size; exit 7\n'))
    let output = ''
    for await (const bytes of terminal.output) output += Buffer.from(bytes).toString()
    assert.match(output, /30 100/)
    assert.equal(await terminal.exit, 7)
  })
}

async function stateOf(engine: StackEngine, name: ServiceName): Promise<ServiceState> {
  const { services } = await engine.observe(never)
  const found = services.find(service => service.name === name)
  assert.ok(found, `${name} is shown`)
  return found
}

async function tail(engine: StackEngine, services: readonly ServiceName[], lines: number): Promise<LogLine[]> {
  return await Array.fromAsync(engine.logs(services, { tail: lines, follow: false }, never))
}

function followBegins(engine: StackEngine, name: ServiceName, signal: AbortSignal) {
  let count = 0
  const read = async (): Promise<void> => {
    for await (const { text } of engine.logs([name], { tail: 100, follow: true }, signal)) if (text === `${name} begins`) count += 1
  }
  const ended = read().catch((error: unknown) => {
    if (!signal.aborted) throw error
  })
  return {
    count: () => count,
    ended,
    atLeast: (least: number) => until(`${least} starts are in the log`, () => Promise.resolve(count >= least)),
  }
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + patienceMs; !(await isSo()); await systemClock.sleep(50)) {
    if (Date.now() > end) throw new Error(`Not in time: ${what}`)
  }
}

/** A count that has not grown for half a second. */
async function settled(count: () => number): Promise<number> {
  for (;;) {
    const before = count()
    await systemClock.sleep(500)
    if (count() === before) return before
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect({ host: '127.0.0.1', port, timeout: 2000 })
    const end = (answer: boolean) => (): void => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', end(true)).once('error', end(false)).once('timeout', end(false))
  })
}
