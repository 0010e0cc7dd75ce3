import { unreachable } from '#base/unreachable.ts'
import type { StackState } from '#stack/types.ts'

/** Why the Lakehouse tree has no roots, or that it has some; the welcome text of the view follows it. */
export type LakeState = 'ready' | 'none' | 'stopped' | 'starting' | 'failed'

/** What the tree has to say; `wasStarted` tells a stack that stands still from one that never was. */
export function lakeStateOf(stack: StackState, facts: { readonly connections: number; readonly wasStarted: boolean }): LakeState {
  if (facts.connections > 0) return 'ready'
  switch (stack.kind) {
    case 'running':
      return 'ready'
    case 'starting':
      return 'starting'
    case 'failed':
      return 'failed'
    case 'stopping':
    case 'stopped':
      return facts.wasStarted ? 'stopped' : 'none'
    default:
      return unreachable(stack)
  }
}
