import { limit } from '#base/limit.ts'
import type { ServiceName, ServiceUsage } from '#stack/types.ts'
import type { EngineClient } from './client.ts'
import { composeLabels, ofProject } from './labels.ts'
import type { StatsFacts } from './wire.ts'

const readsAtOnce = 8

interface Reading {
  readonly service: ServiceName
  readonly id: string
  readonly stats: StatsFacts
  /** Epoch ms. */
  readonly at: number
}

/** Reads what the containers of a project use, and keeps the readings: what a core does is known from two of them. */
export class UsageMeter {
  #before = new Map<string, Reading>()
  #machineBytes: number | undefined

  async read(
    client: EngineClient,
    project: string,
    now: () => number,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<ServiceName, ServiceUsage>> {
    this.#machineBytes ??= (await client.machine(signal)).memoryBytes
    const listed = await client.containers([ofProject(project)], signal)
    const running = listed.filter(({ state, labels }) => state === 'running' && labels[composeLabels.oneOff] !== 'True')
    const lanes = limit(readsAtOnce)
    const readings = await Promise.all(
      running.map(({ id, labels }) =>
        lanes(async (): Promise<Reading[]> => {
          const stats = await client.stats(id, signal)
          return stats ? [{ service: labels[composeLabels.service] ?? '', id, stats, at: now() }] : []
        }),
      ),
    )
    const before = this.#before
    this.#before = new Map(readings.flat().map(reading => [reading.id, reading]))
    return usageOf(readings.flat(), before, this.#machineBytes)
  }
}

function usageOf(readings: readonly Reading[], before: ReadonlyMap<string, Reading>, machineBytes: number): Map<ServiceName, ServiceUsage> {
  const services = [...new Set(readings.map(({ service }) => service))]
  return new Map(
    services.map(service => {
      const own = readings.filter(reading => reading.service === service)
      const cores = own.map(reading => coresOf(reading, before.get(reading.id)))
      const limits = own.map(({ stats }) => stats.memoryLimitBytes)
      const isLimited = limits.every(bytes => bytes > 0 && bytes < machineBytes)
      return [
        service,
        {
          cpu: cores.includes(null) ? null : sum(cores.map(value => value ?? 0)),
          memoryBytes: sum(own.map(({ stats }) => stats.memoryBytes)),
          memoryLimitBytes: isLimited ? sum(limits) : null,
        },
      ]
    }),
  )
}

/** As `docker stats` counts, 1 being one core; by the clock where the engine does not tell the machine's time. */
function coresOf({ stats, at }: Reading, before: Reading | undefined): number | null {
  if (!before) return null
  const used = stats.cpuTotal - before.stats.cpuTotal
  const passed = stats.systemTotal - before.stats.systemTotal
  const cores = passed > 0 ? (used / passed) * stats.cores : used / ((at - before.at) * 1e6)
  return Number.isFinite(cores) && cores > 0 ? cores : 0
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0)
}
