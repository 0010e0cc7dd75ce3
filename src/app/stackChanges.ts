import type { StackEngine, StackSnapshot } from '#stack/engine.ts'
import { planChange, type Losses, type StackPlan, type StackRequest } from '#stack/plan.ts'
import type { StackState } from '#stack/types.ts'
import { StackChange, type ChangeWork } from './stackChange.ts'
import { lookAt } from './stackLook.ts'

const waiting = 'Waiting for another window that is changing the stack'

/** What a request would do now. One look, and one question for each service that a reset would erase. */
export async function planFor(
  engine: StackEngine,
  request: StackRequest,
  signal: AbortSignal,
): Promise<{ plan: StackPlan; found: StackSnapshot }> {
  const found = await lookAt(engine, signal)
  const plan = planChange(request, found.services)
  if (request.kind !== 'reset') return { plan, found }
  const losses: Losses = new Map(
    await Promise.all(
      plan.steps
        .filter(({ action }) => action === 'erase')
        .map(async ({ service }) => [service, await engine.losses(service, signal)] as const),
    ),
  )
  return { plan: planChange(request, found.services, losses), found }
}

/**
 * Carries out a request, alone among all processes. What fails keeps back only what needs it; a cancelled change takes back
 * what it started, and nothing that ran before.
 */
export async function changeStack(work: ChangeWork, request: StackRequest): Promise<StackState> {
  const { engine, report, signal, show, known } = work
  const onWait = (): void => {
    show({ kind: 'starting', step: waiting, engine: engine.kind, services: known.services, endpoints: known.endpoints })
    report({ step: waiting })
  }
  return engine.exclusively(
    async () => {
      const { plan, found } = await planFor(engine, request, signal)
      const change = new StackChange(work, plan, found)
      try {
        return await change.run()
      } catch (thrown) {
        if (signal.aborted) await change.takeBack()
        throw thrown
      }
    },
    onWait,
    signal,
  )
}
