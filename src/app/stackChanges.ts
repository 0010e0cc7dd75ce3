import { LakehouseError } from '#base/errors.ts'
import type { Report, StackEngine, StackSnapshot } from '#stack/engine.ts'
import { serviceTitles, stackRegion } from '#stack/spec.ts'
import { stateOf } from '#stack/state.ts'
import type { ServiceName, StackEndpoints, StackSecrets, StackState } from '#stack/types.ts'

/** Makes the buckets of the stack that are not there yet. */
export type CreateBuckets = (endpoint: StackEndpoints['s3'], secrets: StackSecrets['s3'], signal: AbortSignal) => Promise<void>

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
    show({ kind: 'starting', step: waiting, services: [] })
    report({ step: waiting })
  }
  return engine.exclusively(
    async () => {
      const started: ServiceName[] = []
      try {
        return await startAll(work, createBuckets, started)
      } catch (thrown) {
        if (signal.aborted) for (const name of started.toReversed()) await engine.stop(name)
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
      const { services } = await engine.observe(signal)
      show({ kind: 'stopping', services })
      for (const [index, { name }] of services.toReversed().entries()) {
        signal.throwIfAborted()
        report({ step: `Stopping ${serviceTitles[name]}`, done: index, total: services.length })
        await engine.stop(name)
      }
      return { kind: 'stopped' }
    },
    () => report({ step: waiting }),
    signal,
  )
}

async function startAll(work: ChangeWork, createBuckets: CreateBuckets, started: ServiceName[]): Promise<StackState> {
  const { engine, signal } = work
  let snapshot = await engine.observe(signal)
  if (!snapshot.endpoints) await engine.prepare(showing(work, snapshot), signal)
  for (const { name } of snapshot.services) {
    if (snapshot.services.find(service => service.name === name)?.health !== 'healthy') {
      showing(work, snapshot)({ step: `Starting ${serviceTitles[name]}` })
      // A service that had a process is waited for, not ours to end.
      if ((snapshot.services.find(service => service.name === name)?.pid ?? null) === null) started.push(name)
      await engine.start(name, signal)
      snapshot = await engine.observe(signal)
    }
    if (name === 's3') {
      showing(work, snapshot)({ step: 'Creating the buckets' })
      await makeBuckets(work, snapshot, createBuckets)
    }
  }
  return stateOf(snapshot)
}

async function makeBuckets({ engine, signal }: ChangeWork, snapshot: StackSnapshot, createBuckets: CreateBuckets): Promise<void> {
  const url = snapshot.services.find(service => service.name === 's3')?.url
  const secrets = await engine.secrets()
  if (!url || !secrets) {
    throw new LakehouseError('corrupt', 'The object store runs, but its address or keys are lost.', {
      hint: 'Stop the stack, then start it.',
    })
  }
  await createBuckets({ endpoint: url, region: stackRegion }, secrets.s3, signal)
}

function showing({ show, report }: ChangeWork, { services }: StackSnapshot): Report {
  let shown = ''
  return progress => {
    if (progress.step !== shown) show({ kind: 'starting', step: progress.step, services })
    shown = progress.step
    report(progress)
  }
}
