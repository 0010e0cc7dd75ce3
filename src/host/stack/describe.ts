import * as vscode from 'vscode'
import { unreachable } from '#base/unreachable.ts'
import { formatAge } from '#host/format.ts'
import type { ServiceState, StackProgress, StackState } from '#stack/types.ts'

/** What the stack's surfaces say of it. Pure: the same state gives the same text. */
export interface StackText {
  /** With a codicon, for the status bar. */
  readonly short: string
  readonly long: string
  readonly isFailure: boolean
}

export function describeStack(state: StackState): StackText {
  switch (state.kind) {
    case 'stopped':
      return text('circle-outline', vscode.l10n.t('Lakehouse stopped'), vscode.l10n.t('The local stack is stopped.'))
    case 'starting':
      return text('loading~spin', vscode.l10n.t('Lakehouse starting'), vscode.l10n.t('The local stack is starting: {0}', state.step))
    case 'running':
      return text('pass-filled', vscode.l10n.t('Lakehouse running'), vscode.l10n.t('All services of the local stack are healthy.'))
    case 'stopping':
      return text('loading~spin', vscode.l10n.t('Lakehouse stopping'), vscode.l10n.t('The local stack is stopping.'))
    case 'failed':
      return text('error', vscode.l10n.t('Lakehouse failed'), [state.problem.message, state.problem.hint].filter(Boolean).join(' '), true)
    default:
      return unreachable(state)
  }
}

function text(icon: string, short: string, long: string, isFailure = false): StackText {
  return { short: `$(${icon}) ${short}`, long, isFailure }
}

export function serviceLabel({ name, role }: Pick<ServiceState, 'name' | 'role'>): string {
  switch (role) {
    case 's3':
      return vscode.l10n.t('Object store')
    case 'spark-connect':
      return vscode.l10n.t('Spark')
    case 'spark-master':
      return vscode.l10n.t('Spark master')
    case 'spark-worker':
      return vscode.l10n.t('Spark worker')
    case 'mlflow':
      return 'MLflow'
    case 'prefect':
      return 'Prefect'
    case 'streamlit':
      return 'Streamlit'
    case 'nginx':
      return 'NGINX'
    case 'jupyter':
      return 'Jupyter'
    case null:
      return name
    default:
      return unreachable(role)
  }
}

/** What a service is, in full. */
export function serviceTitle(service: Pick<ServiceState, 'name' | 'role'>): string {
  switch (service.role) {
    case 's3':
      return vscode.l10n.t('Object store with the S3 interface')
    case 'spark-connect':
      return vscode.l10n.t('Spark Connect with Delta Lake')
    case 'spark-master':
    case 'spark-worker':
    case 'mlflow':
    case 'prefect':
    case 'streamlit':
    case 'nginx':
    case 'jupyter':
    case null:
      return serviceLabel(service)
    default:
      return unreachable(service.role)
  }
}

/** `healthy · port 9000 · up 3 min`. */
export function describeService({ state, health, port, since }: ServiceState, now: number): string {
  const facts = [state === 'running' ? healthText(health) : stateText(state)]
  if (port !== null && state !== 'stopped') facts.push(vscode.l10n.t('port {0}', String(port)))
  if (since !== null && state === 'running') facts.push(vscode.l10n.t('up {0}', formatAge(now - since)))
  return facts.join(' · ')
}

export function stateText(state: ServiceState['state']): string {
  switch (state) {
    case 'stopped':
      return vscode.l10n.t('stopped')
    case 'starting':
      return vscode.l10n.t('starting')
    case 'running':
      return vscode.l10n.t('running')
    case 'failed':
      return vscode.l10n.t('failed')
    default:
      return unreachable(state)
  }
}

function healthText(health: ServiceState['health']): string {
  switch (health) {
    case 'healthy':
      return vscode.l10n.t('healthy')
    case 'unhealthy':
      return vscode.l10n.t('not healthy')
    case 'unknown':
      return stateText('running')
    default:
      return unreachable(health)
  }
}

/** `Downloading Spark (42 %)`. */
export function describeProgress({ step, done, total }: StackProgress): string {
  if (done === undefined || total === undefined || total <= 0) return step
  return vscode.l10n.t('{0} ({1} %)', step, Math.min(100, Math.floor((100 * done) / total)))
}
