import * as vscode from 'vscode'
import type { ServiceName, ServiceState, StackState } from '#stack/types.ts'
import { actionsOf, type ServiceAction } from './serviceActions.ts'
import { describeService, serviceLabel } from './serviceText.ts'

/** The services that a command was called on: of a node of the view, or of a name or role; undefined where it names none. */
export function namedServices(argument: unknown): readonly ServiceName[] | undefined {
  if (typeof argument === 'string') return [argument]
  const one = nameOf(member(argument, 'service'))
  if (one !== undefined) return [one]
  const several = member(argument, 'services')
  return Array.isArray(several) ? several.flatMap((service: unknown) => nameOf(service) ?? []) : undefined
}

/** Of the services a command was called on, those that it works on; where it was called on none, the one that the user picks. */
export async function chooseServices(
  argument: unknown,
  action: ServiceAction,
  { state, title }: { readonly state: StackState; readonly title: string },
): Promise<readonly ServiceState[]> {
  const possible = state.services.filter(service => actionsOf(service, state).includes(action))
  const named = namedServices(argument)
  if (named) return possible.filter(({ name, role }) => named.includes(name) || role === argument)
  const picked = await pickService(possible, title)
  return picked ? [picked] : []
}

async function pickService(services: readonly ServiceState[], title: string): Promise<ServiceState | undefined> {
  if (services.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('There is no service that this works on now.'))
    return undefined
  }
  const now = Date.now()
  const items = services.map(service => ({ label: serviceLabel(service), description: describeService(service, undefined, now), service }))
  return (await vscode.window.showQuickPick(items, { title }))?.service
}

function nameOf(service: unknown): ServiceName | undefined {
  const name = member(service, 'name')
  return typeof name === 'string' ? name : undefined
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}
