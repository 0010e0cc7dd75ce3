import { asError } from '#base/errors.ts'
import type { FileService, ImageFacts } from '#doctor/facts.ts'
import { registryOf } from '#doctor/image.ts'
import type { EngineClient } from '#stack/docker/client.ts'

const askMs = 3000

/** Which images the engine has, and whether the registries of the others answer. Nothing is pulled. */
export async function seeImages(
  services: readonly FileService[],
  client: EngineClient,
  signal: AbortSignal,
): Promise<readonly ImageFacts[]> {
  const registries = new Map<string, Promise<string | null>>()
  const ask = (registry: string): Promise<string | null> => {
    const asked = registries.get(registry) ?? whyUnreachable(registry, signal)
    registries.set(registry, asked)
    return asked
  }
  return await Promise.all(
    services.flatMap(({ name, image }) => (image === null ? [] : [seeImage({ service: name, image }, client, ask, signal)])),
  )
}

async function seeImage(
  { service, image }: Pick<ImageFacts, 'service' | 'image'>,
  client: EngineClient,
  ask: (registry: string) => Promise<string | null>,
  signal: AbortSignal,
): Promise<ImageFacts> {
  const isPresent = (await client.images.find(image, signal)) !== undefined
  if (isPresent) return { service, image, isPresent, unreachable: null }
  const registry = registryOf(image)
  const why = await ask(registry)
  return { service, image, isPresent, unreachable: why === null ? null : { registry, why } }
}

/** Null where it answers, also where it wants to know who asks. */
async function whyUnreachable(registry: string, signal: AbortSignal): Promise<string | null> {
  const host = registry === 'docker.io' ? 'registry-1.docker.io' : registry
  const isLocal = /^(?:localhost|127\.0\.0\.1)(?::|$)/.test(host)
  try {
    const within = AbortSignal.any([signal, AbortSignal.timeout(askMs)])
    const { status } = await fetch(`${isLocal ? 'http' : 'https'}://${host}/v2/`, { method: 'HEAD', signal: within })
    return status < 500 ? null : `it answered ${status}`
  } catch (error) {
    signal.throwIfAborted()
    const { cause } = asError(error)
    return cause instanceof Error ? cause.message : asError(error).message
  }
}
