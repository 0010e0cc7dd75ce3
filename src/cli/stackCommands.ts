import type { StackControl } from '#app/stackControl.ts'
import { systemClock } from '#base/clock.ts'
import { LakehouseError } from '#base/errors.ts'
import { namedServices, type StackPlan } from '#stack/plan.ts'
import type { LogLine, ServiceName, ServiceUsage } from '#stack/types.ts'
import type { Io } from './io.ts'
import type { StackCommand } from './stackArgs.ts'
import { stepReporter } from './stackReport.ts'
import { lossText, planText, statusJson, statusText } from './stackOutput.ts'
import type { Run } from './tableCommands.ts'

type Of<Kind extends StackCommand['kind']> = StackCommand & { readonly kind: Kind }

export async function status({ withUsage }: Of<'status'>, { format, lab, io, signal }: Run): Promise<void> {
  const control = lab.lakehouse.stack
  const state = await control.refresh(signal)
  const usage = withUsage ? await readUsage(control, signal) : undefined
  await io.out(format.kind === 'json' ? `${JSON.stringify(statusJson(state, usage))}\n` : statusText(state, usage))
}

/** Twice, a second apart, where a load of the processor takes two readings. */
async function readUsage(control: StackControl, signal: AbortSignal): Promise<ReadonlyMap<ServiceName, ServiceUsage>> {
  const first = await control.usage(signal)
  if ([...first.values()].every(({ cpu }) => cpu !== null)) return first
  await systemClock.sleep(1000, signal)
  return await control.usage(signal)
}

export async function changeStack({ request, isConfirmed }: Of<'change'>, { format, lab, io, signal }: Run): Promise<void> {
  const control = lab.lakehouse.stack
  if (request.kind === 'reset' && !isConfirmed) await confirm(await control.plan(request, signal), io, signal)
  const state = await control.change(request, stepReporter(io), signal)
  await io.out(format.kind === 'json' ? `${JSON.stringify(statusJson(state))}\n` : statusText(state))
}

export async function planStack({ request }: Of<'plan'>, { format, lab, io, signal }: Run): Promise<void> {
  const plan = await lab.lakehouse.stack.plan(request, signal)
  await io.out(format.kind === 'json' ? `${JSON.stringify(plan)}\n` : planText(plan))
}

export async function logs({ services, lines, isFollowed }: Of<'logs'>, { format, lab, io, signal }: Run): Promise<void> {
  const { stack: control } = lab.lakehouse
  const { services: all } = await control.refresh(signal)
  const asked = (services.length > 0 ? namedServices(services, all) : all).map(({ name }) => name)
  const read = control.logs(asked, { tail: lines, follow: isFollowed }, signal)
  if (isFollowed) return await follow(read, asked.length > 1, { format, io })
  const texts = new Map<ServiceName, string[]>(asked.map(name => [name, []]))
  for await (const { service, text } of read) texts.get(service)?.push(text)
  if (format.kind === 'json') return await io.out(`${JSON.stringify([...texts].map(([name, own]) => ({ name, lines: own })))}\n`)
  for (const [name, own] of texts) {
    if (own.length === 0) io.tell(`${name} has no log yet.`)
    else if (texts.size > 1) await io.out(`==> ${name} <==\n`)
    await io.out(own.map(line => `${line}\n`).join(''))
  }
}

/** One line or one JSON object for each as it comes. */
async function follow(read: AsyncIterable<LogLine>, isMixed: boolean, { format, io }: Pick<Run, 'format' | 'io'>): Promise<void> {
  for await (const { service, text, stream, time } of read) {
    const at = time === null ? null : new Date(time).toISOString()
    if (format.kind === 'json') await io.out(`${JSON.stringify({ name: service, time: at, stream, text })}\n`)
    else await io.out(isMixed ? `${service} | ${text}\n` : `${text}\n`)
  }
}

/** A reset tells what is lost and asks; where nobody can be asked it needs --yes. */
async function confirm(plan: StackPlan, io: Io, signal: AbortSignal): Promise<void> {
  for (const line of lossText(plan)) io.tell(line)
  const answer = await io.ask('Erase this for good?', signal)
  if (answer === true) return
  if (answer === false) throw new LakehouseError('cancelled', 'Nothing was erased.')
  throw new LakehouseError('denied', 'A reset deletes data for good, and nobody can be asked here.', {
    hint: 'Look at it with "dataflow stack plan reset", then give --yes.',
  })
}
