import * as vscode from 'vscode'
import { unreachable } from '#base/unreachable.ts'
import { formatAge, formatBytes, formatTime } from '#host/format.ts'
import type { ServiceState, ServiceUsage } from '#stack/types.ts'
import type { Role } from '#compose/roles.ts'

/** What people read of one service; pure, as describe.ts is of the whole stack. */

/** `Object store`, with its name where that says something else: `Object store (minio)`. */
export function serviceLabel({ name, role }: Pick<ServiceState, 'name' | 'role'>): string {
  if (role === null) return name
  return name === role ? roleLabel(role) : vscode.l10n.t('{0} ({1})', roleLabel(role), name)
}

function roleLabel(role: Role): string {
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
    default:
      return unreachable(role)
  }
}

/** What a service is, in full. */
function serviceTitle(service: ServiceState): string {
  if (service.role === 's3') return vscode.l10n.t('Object store with the S3 interface')
  return service.role === 'spark-connect' ? vscode.l10n.t('Spark Connect with Delta Lake') : serviceLabel(service)
}

/** `healthy · port 9000 · up 3 min · 3 % CPU · 410 MB`. */
export function describeService(service: ServiceState, usage: ServiceUsage | undefined, now: number): string {
  const { state, reason, port, since, replicas, isOutdated, isOrphan } = service
  const facts = [standText(service)]
  if (reason !== null && state === 'failed') facts.push(reason)
  if (replicas.wanted > 1) facts.push(vscode.l10n.t('{0} of {1} running', replicas.running, replicas.wanted))
  if (port !== null && state !== 'stopped') facts.push(vscode.l10n.t('port {0}', String(port)))
  if (since !== null && state === 'running') facts.push(vscode.l10n.t('up {0}', formatAge(now - since)))
  if (usage && state === 'running') facts.push(...usageTexts(usage))
  if (isOutdated) facts.push(vscode.l10n.t('definition changed'))
  if (isOrphan) facts.push(vscode.l10n.t('no longer defined'))
  return facts.join(' · ')
}

/** The same and all the rest, each fact on a line of its own; values are data, never markup. */
export function serviceTooltip(service: ServiceState, usage: ServiceUsage | undefined, now: number): vscode.MarkdownString {
  const lines = tooltipLines(service, usage, now).map(line => `- ${escapeMarkdown(line)}`)
  return new vscode.MarkdownString([`**${escapeMarkdown(serviceTitle(service))}**`, '', ...lines].join('\n'))
}

/** Text as itself; unlike that of `appendText`, its lines wrap. */
function escapeMarkdown(text: string): string {
  return text.replaceAll(/[!-/:-@[-`{-~]/g, String.raw`\$&`).replaceAll(/\s+/g, ' ')
}

function tooltipLines(service: ServiceState, usage: ServiceUsage | undefined, now: number): string[] {
  const { name, image, url, pid, since, replicas, reason, unavailable, isActive, isOutdated, isOrphan } = service
  const none: string[] = []
  return [
    vscode.l10n.t('Service: {0}', name),
    vscode.l10n.t('State: {0}', standText(service)),
    ...(reason === null ? none : [vscode.l10n.t('Reason: {0}', reason)]),
    ...(unavailable === null ? none : [unavailable]),
    ...(url === null ? none : [vscode.l10n.t('Address: {0}', url)]),
    ...(image === undefined ? none : [vscode.l10n.t('Image: {0}', image)]),
    ...(pid === null ? none : [vscode.l10n.t('Process: {0}', String(pid))]),
    ...(replicas.wanted > 1 ? [vscode.l10n.t('Running: {0} of {1}', replicas.running, replicas.wanted)] : none),
    ...(since === null ? none : [vscode.l10n.t('Since: {0}', formatTime(since, now))]),
    ...(usage ? [vscode.l10n.t('Uses: {0}', usageTexts(usage).join(' · '))] : none),
    ...(isOutdated ? [vscode.l10n.t('Its definition or image changed since it was started; the next start makes it anew.')] : none),
    ...(isOrphan ? [vscode.l10n.t('It runs, but the definition of the stack does not name it any more.')] : none),
    ...(isActive || isOrphan ? none : [vscode.l10n.t('Its group is not started with the stack.')]),
  ]
}

function usageTexts({ cpu, memoryBytes, memoryLimitBytes }: ServiceUsage): string[] {
  const memory = formatBytes(memoryBytes)
  return [
    ...(cpu === null ? [] : [vscode.l10n.t('{0} % CPU', Math.round(cpu * 100))]),
    memoryLimitBytes === null ? memory : vscode.l10n.t('{0} of {1}', memory, formatBytes(memoryLimitBytes)),
  ]
}

/** State and health as one word. */
function standText({ state, health, unavailable }: ServiceState): string {
  switch (state) {
    case 'stopped':
      return unavailable === null ? vscode.l10n.t('stopped') : vscode.l10n.t('not available')
    case 'starting':
      return vscode.l10n.t('starting')
    case 'running':
      return healthText(health)
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
      return vscode.l10n.t('running')
    default:
      return unreachable(health)
  }
}

/** A group of services, which is a profile of the definition. */
export function groupLabel(group: string): string {
  switch (group) {
    case 'core':
      return vscode.l10n.t('Core')
    case 'processing':
      return vscode.l10n.t('Processing')
    case 'ml':
      return vscode.l10n.t('Machine learning')
    case 'visualization':
      return vscode.l10n.t('Visualization')
    default:
      return group
  }
}
