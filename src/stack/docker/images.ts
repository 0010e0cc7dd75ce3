import { isProblem, LakehouseError } from '#base/errors.ts'
import { limit } from '#base/limit.ts'
import type { ComposeService } from '#compose/project.ts'
import type { Report } from '#stack/engine.ts'
import { buildImage } from './build.ts'
import { refusal } from './faults.ts'
import { parseImageName, type ImageName } from './imageName.ts'
import { PullProgress, type PullState } from './pullProgress.ts'
import { title, type Work } from './work.ts'

const imagesAtOnce = 3
const reportMs = 100

/**
 * Gets the images that are missing, several at once: builds those that have a build, pulls the others, by digest where they name
 * one. The first failure ends the others.
 */
export async function ensureImages(work: Work, services: readonly ComposeService[], report: Report, signal: AbortSignal): Promise<void> {
  const first = services.filter(({ image }, index) => services.findIndex(other => other.image === image) === index)
  const abort = new AbortController()
  const within = AbortSignal.any([signal, abort.signal])
  const lanes = limit(imagesAtOnce)
  await Promise.all(
    first.map(service =>
      lanes(async () => {
        within.throwIfAborted()
        if (await work.client.images.find(service.image, within)) return
        await (service.build ? buildImage(work, service, report, within) : pullImage(work, service, report, within))
      }).catch((error: unknown) => {
        abort.abort(error)
        throw error
      }),
    ),
  )
}

async function pullImage(work: Work, service: ComposeService, report: Report, signal: AbortSignal): Promise<void> {
  const name = parseImageName(service.image)
  const doing = `get the image of ${title(service)} (${service.image})`
  const tell = teller(work, service, report)
  const progress = new PullProgress()
  try {
    const auth = await work.auth(name.repository, signal)
    const request = { repository: name.repository, tagOrDigest: name.digest ?? name.tag, auth, doing }
    for await (const line of work.client.images.pull(request, signal)) {
      if (line.error !== undefined) throw refusal(line.error, doing)
      const state = progress.take(line)
      if (state) tell(state)
    }
  } catch (error) {
    throw withImage(error, service)
  }
  await verify(work, service, name, signal)
  work.log.info(`${service.name} has the image ${service.image}`)
}

/** A step for each phase, and at most ten reports a second. */
function teller({ clock }: Work, service: ComposeService, report: Report): (state: PullState) => void {
  const steps = { downloading: `Getting the image of ${title(service)}`, unpacking: `Unpacking the image of ${title(service)}` }
  let last = -reportMs
  let lastPhase = ''
  return ({ phase, done, total }) => {
    const now = clock.now()
    if (phase === lastPhase && now - last < reportMs && done !== total) return
    last = now
    lastPhase = phase
    report({ step: steps[phase], service: service.name, done, ...(total === undefined ? {} : { total }) })
  }
}

/** What was asked for by digest must have come by it. */
async function verify(
  { client }: Work,
  { image, name: service }: ComposeService,
  { digest }: ImageName,
  signal: AbortSignal,
): Promise<void> {
  const found = await client.images.find(image, signal)
  if (found && (digest === undefined || found.id === digest || found.digests.some(other => other.endsWith(`@${digest}`)))) return
  throw new LakehouseError('corrupt', `The engine got another image than ${image} for ${service}.`, {
    hint: 'Its registry may be a mirror that changes images: get it from another one.',
    details: { service, image },
  })
}

function withImage(error: unknown, { name, image }: ComposeService): unknown {
  if (!isProblem(error)) return error
  const { code, message, hint } = error
  return new LakehouseError(code, message, {
    ...(hint === undefined ? {} : { hint }),
    details: { ...error.details, service: name, image },
    cause: error,
  })
}
