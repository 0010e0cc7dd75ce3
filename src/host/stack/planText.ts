import * as vscode from 'vscode'
import { unreachable } from '#base/unreachable.ts'
import { formatBytes } from '#host/format.ts'
import type { PlanStep, StackPlan, StackRequest } from '#stack/plan.ts'
import type { Loss, ServiceName, ServiceState } from '#stack/types.ts'
import { serviceLabel } from './serviceText.ts'

/** What a user is asked before a change that ends or deletes something. */
export interface Question {
  readonly message: string
  /** What will happen, then what is lost, a line each. */
  readonly detail: string
  /** Text of the button that does it; it names what is deleted. */
  readonly button: string
}

type Services = readonly Pick<ServiceState, 'name' | 'role'>[]

export function questionOf({ request, steps, losses }: StackPlan, services: Services): Question {
  const label = (name: ServiceName): string => labelIn(services, name)
  const lost = losses.map(loss => lossText(loss, label(loss.service)))
  const kept = request.kind === 'remove' ? [vscode.l10n.t('Data are kept.')] : []
  const detail = [...steps.map(step => stepText(step, label(step.service))), ...kept]
  if (lost.length > 0) detail.push('', vscode.l10n.t('Deleted for good:'), ...lost)
  return { ...askingFor(request, subjectOf(request, label)), detail: detail.join('\n') }
}

/** What is under way, for the title of its progress. */
export function titleOf(request: StackRequest, services: Services): string {
  const subject = subjectOf(request, name => labelIn(services, name))
  switch (request.kind) {
    case 'up':
      return vscode.l10n.t('Starting {0}', subject)
    case 'down':
      return vscode.l10n.t('Stopping {0}', subject)
    case 'restart':
      return vscode.l10n.t('Restarting {0}', subject)
    case 'remove':
      return vscode.l10n.t('Removing {0}', subject)
    case 'reset':
      return vscode.l10n.t('Resetting {0}', subject)
    case 'scale':
      return vscode.l10n.t('Scaling {0}', subject)
    default:
      return unreachable(request)
  }
}

/** What was left out, a sentence each. */
export function leftOut({ skipped }: StackPlan, services: Services): readonly string[] {
  return skipped.map(({ service, reason }) => vscode.l10n.t('{0} was left out: {1}', labelIn(services, service), reason))
}

function askingFor(request: StackRequest, subject: string): Pick<Question, 'message' | 'button'> {
  switch (request.kind) {
    case 'up':
      return { message: vscode.l10n.t('Make services anew to start {0}?', subject), button: vscode.l10n.t('Start') }
    case 'down':
      return { message: vscode.l10n.t('Stop {0}?', subject), button: vscode.l10n.t('Stop') }
    case 'restart':
      return { message: vscode.l10n.t('Restart {0}?', subject), button: vscode.l10n.t('Restart') }
    case 'remove':
      return { message: vscode.l10n.t('Remove {0}?', subject), button: vscode.l10n.t('Remove') }
    case 'reset':
      return { message: vscode.l10n.t('Reset {0}?', subject), button: vscode.l10n.t('Delete the data of {0}', subject) }
    case 'scale':
      return { message: vscode.l10n.t('Run {0} of {1}?', request.count, subject), button: vscode.l10n.t('Scale') }
    default:
      return unreachable(request)
  }
}

function subjectOf(request: StackRequest, label: (name: ServiceName) => string): string {
  if (request.kind === 'scale') return label(request.service)
  const [first, ...others] = request.services ?? []
  if (first === undefined) return vscode.l10n.t('the stack')
  return new Intl.ListFormat(vscode.env.language, { type: 'conjunction' }).format([first, ...others].map(label))
}

function stepText({ action, reason }: PlanStep, service: string): string {
  const text = actionText(action, service)
  return reason === null ? text : `${text} (${reason})`
}

function actionText(action: PlanStep['action'], service: string): string {
  switch (action) {
    case 'start':
      return vscode.l10n.t('{0} is started', service)
    case 'recreate':
      return vscode.l10n.t('{0} is ended and made anew', service)
    case 'stop':
      return vscode.l10n.t('{0} is stopped', service)
    case 'remove':
      return vscode.l10n.t('{0} is removed', service)
    case 'erase':
      return vscode.l10n.t('{0} is removed with its data', service)
    case 'scale':
      return vscode.l10n.t('{0} is scaled', service)
    default:
      return unreachable(action)
  }
}

function lossText({ kind, name, bytes }: Loss, service: string): string {
  const size = bytes === null ? vscode.l10n.t('size unknown') : formatBytes(bytes)
  return kind === 'folder'
    ? vscode.l10n.t('{0}: folder {1} ({2})', service, name, size)
    : vscode.l10n.t('{0}: volume {1} ({2})', service, name, size)
}

function labelIn(services: Services, name: ServiceName): string {
  return serviceLabel(services.find(service => service.name === name) ?? { name, role: null })
}
