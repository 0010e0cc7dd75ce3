import { unreachable } from '#base/unreachable.ts'
import type { Experiment, Run } from '#mlflow/types.ts'
import type { Notice } from './catalogNode.ts'

/** One node of the MLflow tree, as plain data; `host/mlflow/renderTracking.ts` draws it. */
export type TrackingNode =
  | { readonly kind: 'server'; readonly connection: string; readonly url: string }
  /** `filter` is what its runs are searched with, in MLflow's own words; empty for all. */
  | { readonly kind: 'experiment'; readonly connection: string; readonly experiment: Experiment; readonly filter: string }
  | { readonly kind: 'run'; readonly connection: string; readonly run: Run }
  /** The next page of the parent's children. */
  | { readonly kind: 'more'; readonly parent: TrackingNode; readonly from: string }
  /** Stands where children would: there are none, or they cannot be read. */
  | { readonly kind: 'notice'; readonly parent: TrackingNode; readonly notice: Notice }

/** One text per node, stable over refreshes. */
export function trackingId(node: TrackingNode): string {
  switch (node.kind) {
    case 'server':
      return `server ${node.connection}`
    case 'experiment':
      return experimentKey(node.connection, node.experiment.id)
    case 'run':
      return `run ${node.run.id} ${node.connection}`
    case 'more':
    case 'notice':
      return `${node.kind} ${trackingId(node.parent)}`
    default:
      return unreachable(node)
  }
}

/** The {@link trackingId} of an experiment. */
export function experimentKey(connection: string, experimentId: string): string {
  return `experiment ${experimentId} ${connection}`
}

/** The name of what a node stands for or belongs to. */
export function trackingLabel(node: TrackingNode): string {
  switch (node.kind) {
    case 'server':
      return node.connection
    case 'experiment':
      return node.experiment.name
    case 'run':
      return node.run.name
    case 'more':
    case 'notice':
      return trackingLabel(node.parent)
    default:
      return unreachable(node)
  }
}

/** The connection whose server a node is of. */
export function connectionOf(node: TrackingNode): string {
  return 'connection' in node ? node.connection : connectionOf(node.parent)
}
