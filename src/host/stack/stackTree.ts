import * as vscode from 'vscode'
import { DisposableStore, type Disposable } from '#base/disposable.ts'
import { systemClock, type Clock } from '#base/clock.ts'
import { unreachable } from '#base/unreachable.ts'
import type { ServiceState, StackState } from '#stack/types.ts'
import { isCancellation, type Problems } from '#host/problems.ts'
import { describeService, serviceLabel, serviceTitle, stateText } from './describe.ts'
import type { StackWatch } from './stackWatch.ts'

/** The services of the stack; none while it is stopped, so that the view's welcome text shows. */
type StackTree = vscode.TreeDataProvider<ServiceState> & Disposable

export function createStackTree(watch: StackWatch, problems: Problems, clock: Clock = systemClock): StackTree {
  const store = new DisposableStore()
  const changed = store.add(new vscode.EventEmitter<undefined>())
  store.add(watch.onDidChange(() => changed.fire(undefined)))
  return {
    onDidChangeTreeData: changed.event,
    getTreeItem: service => renderService(service, clock.now()),
    getChildren: async service => {
      if (service) return []
      try {
        const state = watch.state ?? (await watch.look(AbortSignal.timeout(firstLookMs)))
        return servicesOf(state)
      } catch (error) {
        if (!isCancellation(error)) problems.show(error)
        return []
      }
    },
    dispose: () => store.dispose(),
  }
}

/** While the stack starts, what does not run yet is on its way. */
function servicesOf(state: StackState): ServiceState[] {
  if (state.kind === 'stopped') return []
  if (state.kind !== 'starting') return [...state.services]
  return state.services.map(service => (service.state === 'stopped' ? { ...service, state: 'starting' } : service))
}

const firstLookMs = 15_000

/** A service as VS Code draws it; `contextValue` is `service.<name>.<state>`. */
export function renderService(service: ServiceState, now: number): vscode.TreeItem {
  const label = serviceLabel(service)
  const drawn = new vscode.TreeItem(label)
  const description = describeService(service, now)
  drawn.id = service.name
  drawn.description = description
  drawn.contextValue = `service.${service.name}.${service.state}`
  drawn.iconPath = serviceIcon(service)
  drawn.accessibilityInformation = { label: `${label}, ${description}` }
  drawn.tooltip = [
    serviceTitle(service),
    vscode.l10n.t('State: {0}', stateText(service.state)),
    ...(service.url === null ? [] : [vscode.l10n.t('Address: {0}', service.url)]),
    ...(service.pid === null ? [] : [vscode.l10n.t('Process: {0}', String(service.pid))]),
    ...(service.since === null ? [] : [vscode.l10n.t('Since: {0}', new Date(service.since).toISOString())]),
  ].join('\n')
  return drawn
}

function icon(id: string, color?: string): vscode.ThemeIcon {
  return new vscode.ThemeIcon(id, color === undefined ? undefined : new vscode.ThemeColor(color))
}

function serviceIcon({ state, health }: ServiceState): vscode.ThemeIcon {
  switch (state) {
    case 'stopped':
      return icon('circle-outline')
    case 'starting':
      return icon('loading~spin')
    case 'running':
      return health === 'unhealthy' ? icon('warning', 'list.warningForeground') : icon('pass-filled', 'testing.iconPassed')
    case 'failed':
      return icon('error', 'list.errorForeground')
    default:
      return unreachable(state)
  }
}
