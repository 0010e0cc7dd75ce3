import type { RunAt } from '#app/runReads.ts'
import type { TrackingNode } from '#app/trackingNode.ts'

/** A run and what it is called. */
export interface RunTarget extends RunAt {
  readonly name: string
}

/** The node that a command of the tree was called with; undefined for anything else, such as a call from the palette. */
export function asTrackingNode(argument: unknown): TrackingNode | undefined {
  if (typeof argument !== 'object' || argument === null || !('kind' in argument)) return undefined
  // SAFETY: the tree's commands take a node from its menus only; an object with `kind` is one that this extension made.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return argument as TrackingNode
}

export function runOf(node: TrackingNode | undefined): RunTarget | undefined {
  if (node?.kind !== 'run') return undefined
  const { connection, run } = node
  return { connection, runId: run.id, name: run.name }
}

/** A page of MLflow's own: of the run or experiment where there is one. */
export function uiAddress(url: string, at: { readonly experimentId?: string; readonly runId?: string } = {}): string {
  const base = `${url.replace(/\/+$/, '')}/`
  if (at.experimentId === undefined) return base
  const experiment = `${base}#/experiments/${encodeURIComponent(at.experimentId)}`
  return at.runId === undefined ? experiment : `${experiment}/runs/${encodeURIComponent(at.runId)}`
}
