import { LakehouseError } from '#base/errors.ts'
import type { Report, StackEngine, StackSnapshot } from '#stack/engine.ts'
import { stackRegion, titleOf } from '#stack/roles.ts'
import { stateOf } from '#stack/state.ts'
import type { ServiceName, StackEndpoints, StackSecrets, StackState } from '#stack/types.ts'

/** Makes the buckets of the stack that are not there yet. */
export type CreateBuckets = (endpoint: NonNullable<StackEndpoints['s3']>, secrets: StackSecrets['s3'], signal: AbortSignal) => Promise<void>

/** What a change works with. */
export interface ChangeWork {
  readonly engine: StackEngine
  readonly report: Report
  readonly signal: AbortSignal
  /** Takes each state on the way. */
  readonly show: (state: StackState) => void
}

const waiting = 'Waiting for another window that is changing the stack'

/** Brings every service up and makes the buckets; a cancelled start takes back what it started, a failed one leaves what works. */
export async function startStack(work: ChangeWork, createBuckets: CreateBuckets): Promise<StackState> {
  const { engine, signal, show, report } = work
  const onWait = (): void => {
    show({ kind: 'starting', step: waiting, engine: engine.kind, services: [], endpoints: {} })
    report({ step: waiting })
  }
  return engine.exclusively(
    async () => {
      const started: ServiceName[] = []
      try {
        return await startAll(work, createBuckets, started)
      } catch (thrown) {
        if (signal.aborted) for (const name of started.toReversed()) await engine.stop(name, new AbortController().signal)
        throw thrown
      }
    },
    onWait,
    signal,
  )
}

/** Ends every service, last started first. */
export async function stopStack({ engine, report, signal, show }: ChangeWork): Promise<StackState> {
  return engine.exclusively(
    async () => {
      const { services, endpoints } = await engine.observe(signal)
      show({ kind: 'stopping', engine: engine.kind, services, endpoints })
      for (const [index, service] of services.toReversed().entries()) {
        signal.throwIfAborted()
        report({ step: `Stopping ${titleOf(service)}`, done: index, total: services.length })
        await engine.stop(service.name, signal)
      }
      return stateOf(await engine.observe(signal), engine.kind)
    },
    () => report({ step: waiting }),
    signal,
  )
}

async function startAll(work: ChangeWork, createBuckets: CreateBuckets, started: ServiceName[]): Promise<StackState> {
  const { engine, signal } = work
  let snapshot = await engine.observe(signal)
  const wanted = snapshot.services.filter(({ isActive, unavailable }) => isActive && unavailable === null)
  if (wanted.some(({ health }) => health !== 'healthy')) {
    const names = wanted.map(({ name }) => name)
    await engine.prepare(names, showing(work, snapshot), signal)
  }
  for (const service of wanted) {
    const { name, role } = service
    if (snapshot.services.find(other => other.name === name)?.health !== 'healthy') {
      showing(work, snapshot)({ step: `Starting ${titleOf(service)}` })
      // A service that had a process is waited for, not ours to end.
      if ((snapshot.services.find(other => other.name === name)?.pid ?? null) === null) started.push(name)
      await engine.start(name, signal)
      snapshot = await engine.observe(signal)
    }
    if (role === 's3') {
      showing(work, snapshot)({ step: 'Creating the buckets' })
      await makeBuckets(work, snapshot, createBuckets)
    }
  }
  return stateOf(snapshot, engine.kind)
}

async function makeBuckets({ engine, signal }: ChangeWork, snapshot: StackSnapshot, createBuckets: CreateBuckets): Promise<void> {
  const url = snapshot.services.find(service => service.role === 's3')?.url
  const secrets = await engine.secrets()
  if (!url || !secrets) {
    throw new LakehouseError('corrupt', 'The object store runs, but its address or keys are lost.', {
      hint: 'Stop the stack, then start it.',
    })
  }
  await createBuckets({ endpoint: url, region: stackRegion }, secrets.s3, signal)
}

function showing({ engine, show, report }: ChangeWork, { services, endpoints }: StackSnapshot): Report {
  let shown = ''
  return progress => {
    if (progress.step !== shown) show({ kind: 'starting', step: progress.step, engine: engine.kind, services, endpoints })
    shown = progress.step
    report(progress)
  }
}
