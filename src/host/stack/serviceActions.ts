import { unreachable } from '#base/unreachable.ts'
import type { ServiceState, StackEndpoints, StackState } from '#stack/types.ts'

/** What can be done with a service, as it stands in `contextValue` for the menus and filters the quick picks. */
export type ServiceAction =
  | 'canStart'
  | 'canStop'
  | 'canRestart'
  | 'canOpen'
  | 'canCopyUrl'
  | 'canCopyCredentials'
  | 'canOpenTerminal'
  | 'canScale'
  | 'canRemove'
  | 'canReset'

type Stand = Pick<StackState, 'engine' | 'endpoints'>

/** The actions that work on a service as it is now. */
export function actionsOf(service: ServiceState, { engine, endpoints }: Stand): readonly ServiceAction[] {
  const { state, role, url, unavailable, isOrphan, isOutdated } = service
  const runs = state === 'running'
  const offers: readonly (readonly [ServiceAction, boolean])[] = [
    ['canStart', unavailable === null && !isOrphan && (!runs || isOutdated || service.health === 'unhealthy')],
    ['canStop', state !== 'stopped'],
    ['canRestart', runs && !isOrphan],
    ['canOpen', pageOf(service, endpoints) !== undefined],
    ['canCopyUrl', url !== null],
    ['canCopyCredentials', hasCredentials(service)],
    ['canOpenTerminal', runs],
    ['canScale', runs && role === 'spark-worker'],
    // A container also when it is stopped; of a process nothing is left.
    ['canRemove', engine === 'docker'],
    ['canReset', unavailable === null],
  ]
  return offers.flatMap(([action, isOffered]) => (isOffered ? [action] : []))
}

/** The address of what a browser can show of a running service; undefined where there is no such page. */
export function pageOf({ role, state, url }: ServiceState, { spark }: StackEndpoints): string | undefined {
  if (state !== 'running') return undefined
  switch (role) {
    case 's3':
      return undefined
    case 'spark-connect':
      return spark?.uiUrl
    case 'spark-master':
    case 'spark-worker':
    case 'mlflow':
    case 'prefect':
    case 'streamlit':
    case 'nginx':
    case 'jupyter':
    case null:
      return url?.startsWith('http') === true ? url : undefined
    default:
      return unreachable(role)
  }
}

function hasCredentials({ role, url }: ServiceState): boolean {
  return url !== null && (role === 's3' || role === 'spark-connect' || role === 'mlflow' || role === 'prefect')
}
