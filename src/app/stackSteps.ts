import { limit } from '#base/limit.ts'

/** How a task ended; `blocked` was never begun, because of the task `by`. */
export type StepEnd =
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'blocked'; readonly by: string }

/**
 * Runs a task for each name, at most `atOnce` at the same time, each when all those before it are done. One that fails keeps
 * back those behind it and no other. Resolves when nothing runs any more.
 *
 * @param before names that come first; of no circle
 */
export async function runInOrder(
  names: readonly string[],
  { before, atOnce }: { readonly before: (name: string) => readonly string[]; readonly atOnce: number },
  task: (name: string) => Promise<void>,
): Promise<ReadonlyMap<string, StepEnd>> {
  const slots = limit(atOnce)
  const begun = new Map<string, Promise<StepEnd>>()
  const end = async (name: string): Promise<StepEnd> => {
    const earlier = before(name).filter(other => names.includes(other))
    for (const other of earlier) {
      const ended = await run(other)
      if (ended.kind !== 'done') return { kind: 'blocked', by: ended.kind === 'blocked' ? ended.by : other }
    }
    return slots(() => task(name)).then(
      () => ({ kind: 'done' }),
      (error: unknown) => ({ kind: 'failed', error }),
    )
  }
  const run = (name: string): Promise<StepEnd> => {
    const known = begun.get(name) ?? end(name)
    begun.set(name, known)
    return known
  }
  const ends = await Promise.all(names.map(async name => [name, await run(name)] as const))
  return new Map(ends)
}
