import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { LakehouseError } from '#base/errors.ts'
import type { ComposeBuild, ComposeService } from '#compose/project.ts'
import type { Report } from '#stack/engine.ts'
import { buildContext } from './buildContext.ts'
import { composeLabels } from './labels.ts'
import { title, titleFirst, type Work } from './work.ts'

const keptLines = 20
const longestLine = 120

/** Builds the image of a service; its log goes by as steps. @throws LakehouseError `failed` with the last lines in `details.log` */
export async function buildImage(work: Work, service: ComposeService, report: Report, signal: AbortSignal): Promise<void> {
  const { build } = service
  if (!build) return
  await checkDockerfile(service, build)
  const { client, project } = work
  const { dockerfile, args, target } = build
  const labels = { [composeLabels.project]: project.name, [composeLabels.service]: service.name }
  const request = { tag: service.image, dockerfile, args, labels, ...(target === undefined ? {} : { target }) }
  const step = `Building the image of ${title(service)}`
  report({ step, service: service.name })
  const lines: string[] = []
  for await (const { text, status, error } of client.images.build(await buildContext(build), request, signal)) {
    if (error !== undefined) throw buildFailure(service, error, lines)
    for (const line of (text ?? status ?? '').split('\n').map(part => part.trim())) {
      if (line === '') continue
      lines.push(line)
      if (lines.length > keptLines) lines.shift()
      report({ step: `${step}: ${line.slice(0, longestLine)}`, service: service.name })
    }
  }
  if (!(await client.images.find(service.image, signal))) throw buildFailure(service, 'the engine ended it without an image', lines)
  work.log.info(`${service.name} has its image ${service.image}, built from ${build.context}`)
}

async function checkDockerfile({ name }: ComposeService, { context, dockerfile }: ComposeBuild): Promise<void> {
  const file = join(context, dockerfile)
  const isThere = await stat(file).then(
    found => found.isFile(),
    () => false,
  )
  if (isThere && !dockerfile.startsWith('..')) return
  const why = isThere ? 'it lies outside its context' : 'there is no such file'
  throw new LakehouseError(isThere ? 'unsupported' : 'notFound', `Cannot build ${name} with ${file}: ${why}.`, {
    hint: isThere ? `Build it with \`docker compose build ${name}\`.` : 'Check `build` in the compose file.',
  })
}

function buildFailure(service: ComposeService, error: string, lines: readonly string[]): LakehouseError {
  const needsBuildKit = /buildkit/i.test(error) || /unknown flag: mount/i.test(error)
  const hint = needsBuildKit
    ? `It needs BuildKit: \`docker compose build ${service.name}\`.`
    : `Mend its Dockerfile, or try \`docker compose build ${service.name}\`.`
  const isFull = /no space left on device/i.test(error)
  return new LakehouseError(
    isFull ? 'exhausted' : 'failed',
    `${titleFirst(service)} cannot be built: ${error.trim().replace(/\.$/, '')}.`,
    {
      hint: isFull ? "The engine's disk is full: `docker system prune` frees some of it." : hint,
      details: { service: service.name, image: service.image, log: lines.join('\n') },
    },
  )
}
