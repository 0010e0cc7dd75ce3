import { asError, isProblem, LakehouseError } from '#base/errors.ts'
import type { ComposeService } from '#compose/project.ts'
import type { EngineClient } from './client.ts'
import { aliasesOf, containerBody, engineNetwork } from './containerBody.ts'
import { findContainers, isAsDefined, serviceOf, wantedCount, type Found, type Wanted } from './containers.ts'
import { makeFolders } from './folders.ts'
import { containerName } from './labels.ts'
import { portConflict } from './portConflict.ts'
import { untilCompleted, untilReady } from './ready.ts'
import { ensureShared } from './shared.ts'
import { isUp } from './stand.ts'
import { stopContainers } from './stop.ts'
import { definedService, titleFirst, type Work } from './work.ts'

const completionMs = 10 * 60_000

/** Containers that a start has begun to run, to be ended when it fails. */
type Begun = Found[]

/**
 * Brings a service to its number of containers, made from its definition as it is now, and waits until they are healthy. What it
 * began is ended again when it fails.
 */
export async function startService(work: Work, name: string, signal: AbortSignal): Promise<void> {
  const service = definedService(work.project, name)
  await untilNeedsCompleted(work, service, signal)
  const wanted = { service, hashes: work.hashes, imageId: await imageOf(work, service, signal) }
  await makeFolders(work, service)
  const begun: Begun = []
  try {
    const ids = await reconcile(work, wanted, begun, signal)
    await Promise.all(ids.map(id => untilReady(work, service, id, signal)))
  } catch (thrown) {
    // Waited for even when the caller has left: a half-started service is nobody's.
    await stopContainers(work, service, begun, new AbortController().signal).catch((error: unknown) =>
      work.log.warn(asError(error).message),
    )
    throw thrown
  }
}

/** What must have ended well before, ends well first; the rest runs already. */
async function untilNeedsCompleted(work: Work, { dependsOn }: ComposeService, signal: AbortSignal): Promise<void> {
  for (const { service: name, condition, isRequired } of dependsOn) {
    const needed = serviceOf(work.project, name)
    if (condition !== 'service_completed_successfully' || !needed) continue
    const containers = await findContainers(work.client, work.project.name, signal, name)
    if (containers.length === 0 && isRequired)
      throw new LakehouseError('failed', `${titleFirst(needed)} has not run yet.`, { details: { service: name } })
    for (const { facts } of containers) await untilCompleted(work, needed, facts.id, completionMs, signal)
  }
}

async function imageOf({ client }: Work, { name, image }: ComposeService, signal: AbortSignal): Promise<string> {
  const found = await client.images.find(image, signal)
  if (found) return found.id
  throw new LakehouseError('notFound', `The image ${image} of ${name} is not on the engine.`, {
    hint: 'Start the stack: that gets what is missing.',
  })
}

/** The ids of the containers that are to become healthy. */
async function reconcile(work: Work, wanted: Wanted & { imageId: string }, begun: Begun, signal: AbortSignal): Promise<string[]> {
  const { client, project, record } = work
  const { service } = wanted
  const found = await findContainers(client, project.name, signal, service.name)
  const count = wantedCount(service, await record.read())
  const ids: string[] = []
  for (let number = 1; number <= count; number += 1) {
    const kept = best(found, number, wanted)
    const others = found.filter(container => container.number === number && container !== kept)
    if (kept) for (const container of others) await discard(work, service, container, signal)
    ids.push(kept ? await revive(work, wanted, kept, begun, signal) : await replace(work, wanted, number, others, begun, signal))
  }
  for (const container of found.filter(({ number }) => number > count)) await discard(work, service, container, signal)
  return ids
}

/** Of several with one number (a change that was broken off) the one that runs. */
function best(found: readonly Found[], number: number, wanted: Wanted): Found | undefined {
  const fitting = found.filter(container => container.number === number && isAsDefined(container, wanted))
  return fitting.find(isUp) ?? fitting.at(-1)
}

/** One that runs well is left alone. */
async function revive(
  work: Work,
  wanted: Wanted & { imageId: string },
  container: Found,
  begun: Begun,
  signal: AbortSignal,
): Promise<string> {
  const { client } = work
  const { facts, name, number } = container
  if (facts.isPaused) await client.unpause(facts.id, name, signal)
  const isBroken = facts.isRestarting || (facts.isRunning && facts.health === 'unhealthy')
  if (isBroken) await client.stop(facts.id, name, wanted.service.stopGraceMs, signal)
  else if (isUp(container)) return facts.id
  begun.push(container)
  try {
    await run(work, wanted.service, facts.id, name, signal)
    return facts.id
  } catch (error) {
    // The network that it was in is gone.
    if (!isProblem(error, 'notFound')) throw error
    return await replace(work, wanted, number, [container], begun, signal)
  }
}

/** Makes the new container before the old one is ended: a definition that the engine refuses costs nothing. */
async function replace(
  work: Work,
  { service, hashes, imageId }: Wanted & { imageId: string },
  number: number,
  old: readonly Found[],
  begun: Begun,
  signal: AbortSignal,
): Promise<string> {
  const { client, project } = work
  await ensureShared(work, [service], signal)
  const name = containerName(project, service, number)
  const interimName = old.length === 0 ? name : `${old[0]?.facts.id.slice(0, 12)}_${name}`
  const kept = anonymousVolumes(old)
  const body = containerBody(project, service, { hash: hashes.of(service.name), imageId, number, kept })
  const id = await create(client, interimName, body, signal)
  // What is given up once the old one goes would take the only way to volumes without a name along.
  const own = new AbortController().signal
  let hasTaken = false
  try {
    for (const network of service.networks.slice(1)) {
      await client.shared.connect(engineNetwork(project, network), id, aliasesOf(service, network), signal)
    }
    for (const { facts, name: oldName } of old) await client.stop(facts.id, oldName, service.stopGraceMs, signal)
    hasTaken = true
    for (const { facts, name: oldName } of old) await client.remove(facts.id, oldName, 'keep', own)
    if (interimName !== name) await client.rename(id, name, own)
  } catch (error) {
    if (!hasTaken) await client.remove(id, name, 'keep', own)
    throw error
  }
  const facts = await client.container(id, signal)
  if (facts) begun.push({ facts, name, service: service.name, number })
  await run(work, service, id, name, signal)
  return id
}

async function create(client: EngineClient, name: string, body: object, signal: AbortSignal): Promise<string> {
  try {
    return await client.create(name, body, signal)
  } catch (error) {
    if (!isProblem(error, 'conflict')) throw error
    throw new LakehouseError('conflict', error.message, {
      hint: `Another container has the name ${name}: rename or remove it, or give this project another name.`,
      cause: error,
    })
  }
}

async function run({ client, log }: Work, service: ComposeService, id: string, name: string, signal: AbortSignal): Promise<void> {
  try {
    await client.start(id, name, signal)
    log.info(`${service.name} runs as the container ${name}`)
  } catch (error) {
    signal.throwIfAborted()
    throw await portConflict(client, service, error, signal)
  }
}

async function discard({ client }: Work, { stopGraceMs }: ComposeService, { facts, name }: Found, signal: AbortSignal): Promise<void> {
  await client.stop(facts.id, name, stopGraceMs, signal)
  await client.remove(facts.id, name, 'keep', signal)
}

/** Data that only the container knew go over to the one that takes its place. */
function anonymousVolumes(old: readonly Found[]): { name: string; target: string }[] {
  return old.flatMap(({ facts }) => facts.volumes.filter(({ name }) => /^[0-9a-f]{64}$/.test(name)))
}
