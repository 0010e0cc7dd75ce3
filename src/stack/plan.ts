import type { Loss, ServiceName } from './types.ts'

/** What a user asks of the stack; without `services` the whole: of `up` what is active, of the others what is there. */
export type StackRequest =
  | { readonly kind: 'up' | 'down' | 'restart' | 'remove' | 'reset'; readonly services?: readonly ServiceName[] }
  | { readonly kind: 'scale'; readonly service: ServiceName; readonly count: number }

/** One thing that a change does to one service. */
export interface PlanStep {
  readonly action: 'start' | 'recreate' | 'stop' | 'remove' | 'erase' | 'scale'
  readonly service: ServiceName
  /** Why, where it is not what was asked for: `its definition changed`, `MLflow needs it`. */
  readonly reason: string | null
}

/** What a change would do, in order; nothing has been done yet. */
export interface StackPlan {
  readonly request: StackRequest
  readonly steps: readonly PlanStep[]
  /** What the request is about and is already as it should be. */
  readonly kept: readonly ServiceName[]
  /** What it leaves out, and why as a sentence. */
  readonly skipped: readonly { readonly service: ServiceName; readonly reason: string }[]
  /** What is lost for good. */
  readonly losses: readonly (Loss & { readonly service: ServiceName })[]
  /** It ends something that runs to make it anew, or deletes: to be confirmed. */
  readonly isDestructive: boolean
}
