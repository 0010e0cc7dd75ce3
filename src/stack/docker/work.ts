import type { Clock } from '#base/clock.ts'
import { LakehouseError } from '#base/errors.ts'
import type { Logger } from '#base/log.ts'
import type { ComposeProject, ComposeService } from '#compose/project.ts'
import { roleOf } from '#compose/roles.ts'
import { titleAtStart, titleOf } from '#stack/roles.ts'
import type { EngineClient } from './client.ts'
import { serviceOf } from './containers.ts'
import type { ServiceHashes } from './hashes.ts'
import type { RecordFile } from './record.ts'
import type { RegistryAuth } from './registryAuth.ts'

/** What a change of a stack works with. */
export interface Work {
  readonly client: EngineClient
  readonly project: ComposeProject
  readonly hashes: ServiceHashes
  readonly record: RecordFile
  readonly clock: Clock
  readonly log: Logger
  /** What the registry of an image is shown. */
  readonly auth: (repository: string, signal: AbortSignal) => Promise<RegistryAuth | undefined>
}

/** @throws LakehouseError `notFound` */
export function definedService(project: ComposeProject, name: string): ComposeService {
  const service = serviceOf(project, name)
  if (service) return service
  throw new LakehouseError('notFound', `There is no service ${JSON.stringify(name)} in ${project.files[0] ?? project.folder}.`, {
    hint: `It has: ${project.services.map(other => other.name).join(', ')}.`,
  })
}

/** A service as people read it within a sentence. */
export function title(service: ComposeService): string {
  return titleOf({ name: service.name, role: roleOf(service) ?? null })
}

/** The same at the beginning of one. */
export function titleFirst(service: ComposeService): string {
  return titleAtStart({ name: service.name, role: roleOf(service) ?? null })
}
