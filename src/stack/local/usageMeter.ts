import type { Clock } from '#base/clock.ts'
import { readGroups } from '#process/processGroups.ts'
import type { ServiceName, ServiceUsage } from '#stack/types.ts'
import { serviceOf, type StackRecord } from './record.ts'

/** What services take, each with all that it has started; processor time since the reading before. */
export class UsageMeter {
  readonly #clock: Clock
  #last: { readonly at: number; readonly cpuMs: ReadonlyMap<number, number> } | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  async read({ services }: Pick<StackRecord, 'services'>): Promise<ReadonlyMap<ServiceName, ServiceUsage>> {
    const processes = Object.entries(services).map(([instance, { process }]) => ({ service: serviceOf(instance), pid: process.pid }))
    const groups = await readGroups(new Set(processes.map(({ pid }) => pid)))
    const at = this.#clock.now()
    const usage = new Map<ServiceName, ServiceUsage>()
    for (const { service, pid } of processes) {
      const group = groups.get(pid)
      if (!group) continue
      const before = usage.get(service)
      const cpu = this.#cpuOf(pid, group.cpuMs, at)
      usage.set(service, {
        cpu: before ? sum(before.cpu, cpu) : cpu,
        memoryBytes: (before?.memoryBytes ?? 0) + group.memoryBytes,
        memoryLimitBytes: null,
      })
    }
    this.#last = { at, cpuMs: new Map([...groups].map(([pid, { cpuMs }]) => [pid, cpuMs])) }
    return usage
  }

  /** A part of the group that has ended took its time with it, so that there may be less than before. */
  #cpuOf(pid: number, cpuMs: number, at: number): number | null {
    const before = this.#last?.cpuMs.get(pid)
    if (!this.#last || before === undefined) return null
    return Math.max(0, cpuMs - before) / Math.max(1, at - this.#last.at)
  }
}

function sum(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a + b
}
