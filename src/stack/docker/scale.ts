import { LakehouseError } from '#base/errors.ts'
import type { ComposeService } from '#compose/project.ts'
import { findContainers } from './containers.ts'
import { isUp } from './stand.ts'
import { startService } from './start.ts'
import { definedService, titleFirst, type Work } from './work.ts'

/** Notes how many of a service there should be, and brings it there when it runs. */
export async function scaleService(work: Work, name: string, count: number, signal: AbortSignal): Promise<void> {
  const service = definedService(work.project, name)
  checkCount(service, count)
  const running = (await findContainers(work.client, work.project.name, signal, name)).some(isUp)
  await work.record.change(before => ({ ...before, scales: { ...before.scales, [name]: { count, of: service.scale } } }))
  if (running) await startService(work, name, signal)
}

function checkCount(service: ComposeService, count: number): void {
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new LakehouseError('invalid', `${titleFirst(service)} cannot run ${count} times.`, {
      hint: 'Give a number from 1, or stop the service.',
    })
  }
  if (count === 1) return
  const port = service.ports.find(({ hostPort }) => hostPort !== null)?.hostPort
  const why =
    service.containerName !== undefined
      ? 'its container has a fixed name'
      : port === undefined
        ? undefined
        : `it publishes the fixed port ${port}`
  if (why === undefined) return
  throw new LakehouseError('unsupported', `There can be only one ${service.name}: ${why}.`, {
    hint: 'Take the host port (or the name) out of the compose file: the engine then chooses one for each.',
  })
}
