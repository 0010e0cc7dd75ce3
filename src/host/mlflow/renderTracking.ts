import * as vscode from 'vscode'
import { timeText } from '#base/timeText.ts'
import { unreachable } from '#base/unreachable.ts'
import { localStackName } from '#app/connection.ts'
import { trackingId, type TrackingNode } from '#app/trackingNode.ts'
import { formatAge, formatDuration } from '#host/format.ts'
import { commands } from '#host/ids.ts'
import { cancelledItem, problemItem, treeItem, type Look } from '#host/treeItem.ts'
import type { LatestMetric, Run, RunStatus } from '#mlflow/types.ts'

type NodeOf<K extends TrackingNode['kind']> = TrackingNode & { readonly kind: K }

/**
 * A node as VS Code draws it, at `now` in epoch ms. `contextValue` is its kind, but `problem` for a failure that can
 * be tried again, and `localServer` for the one that asks for no credentials.
 */
export function renderTracking(node: TrackingNode, now: number): vscode.TreeItem {
  const drawn = draw(node, now)
  drawn.id = trackingId(node)
  drawn.contextValue ??= node.kind
  return drawn
}

function draw(node: TrackingNode, now: number): vscode.TreeItem {
  switch (node.kind) {
    case 'server':
      return drawServer(node)
    case 'experiment':
      return drawExperiment(node)
    case 'run':
      return drawRun(node, now)
    case 'more':
      return treeItem(vscode.l10n.t('Load more…'), { icon: 'ellipsis', run: commands.loadMoreRuns, argument: node })
    case 'notice':
      return drawNotice(node)
    default:
      return unreachable(node)
  }
}

function drawServer({ connection, url }: NodeOf<'server'>): vscode.TreeItem {
  const drawn = treeItem(connection, {
    icon: 'server-environment',
    children: 'open',
    description: url,
    tooltip: vscode.l10n.t('MLflow server {0}', url),
    says: vscode.l10n.t('MLflow server of {0}', connection),
  })
  if (connection === localStackName) drawn.contextValue = 'localServer'
  return drawn
}

function drawExperiment({ experiment, filter }: NodeOf<'experiment'>): vscode.TreeItem {
  const filtered = filter === '' ? undefined : vscode.l10n.t('filter: {0}', filter)
  const name = vscode.l10n.t('Experiment {0}', experiment.name)
  return treeItem(experiment.name, {
    icon: 'beaker',
    children: 'closed',
    ...(filtered === undefined ? {} : { description: filtered }),
    tooltip: [name, vscode.l10n.t('ID: {0}', experiment.id), ...(filtered === undefined ? [] : [filtered])].join('\n'),
    says: filtered === undefined ? name : `${name}, ${filtered}`,
  })
}

function drawRun(node: NodeOf<'run'>, now: number): vscode.TreeItem {
  const { run } = node
  const facts = [ageOf(run, now), ...run.metrics.slice(0, shownMetrics).map(metricText)].filter(fact => fact !== '')
  return treeItem(run.name, {
    ...statusIcon(run.status),
    description: facts.join(' · '),
    tooltip: tooltipOf(run),
    says: [vscode.l10n.t('Run {0}', run.name), statusText(run.status), ...facts].join(', '),
    run: commands.openRun,
    argument: node,
  })
}

const shownMetrics = 2

function tooltipOf(run: Run): string {
  const { started, ended } = run
  return [
    run.name,
    vscode.l10n.t('Run ID: {0}', run.id),
    vscode.l10n.t('State: {0}', statusText(run.status)),
    ...(started === undefined ? [] : [vscode.l10n.t('Started: {0}', timeText(started))]),
    ...(started === undefined || ended === undefined ? [] : [vscode.l10n.t('Duration: {0}', formatDuration(ended - started))]),
    ...(run.user === '' ? [] : [vscode.l10n.t('User: {0}', run.user)]),
    ...run.metrics.slice(0, tooltipMetrics).map(metricText),
  ].join('\n')
}

const tooltipMetrics = 10

/** How long ago it started. */
function ageOf({ started }: Run, now: number): string {
  return started === undefined ? '' : vscode.l10n.t('{0} ago', formatAge(Math.max(0, now - started)))
}

/** `loss 0.0123`: four digits are enough to compare runs at a glance. */
function metricText({ key, value }: LatestMetric): string {
  return `${key} ${Number(value.toPrecision(4))}`
}

function statusText(status: RunStatus): string {
  switch (status) {
    case 'running':
      return vscode.l10n.t('running')
    case 'scheduled':
      return vscode.l10n.t('scheduled')
    case 'finished':
      return vscode.l10n.t('finished')
    case 'failed':
      return vscode.l10n.t('failed')
    case 'killed':
      return vscode.l10n.t('killed')
    case 'unknown':
      return vscode.l10n.t('unknown')
    default:
      return unreachable(status)
  }
}

function statusIcon(status: RunStatus): Pick<Look, 'icon' | 'color'> {
  switch (status) {
    case 'running':
      return { icon: 'loading~spin' }
    case 'scheduled':
      return { icon: 'watch' }
    case 'finished':
      return { icon: 'pass-filled', color: 'testing.iconPassed' }
    case 'failed':
      return { icon: 'error', color: 'list.errorForeground' }
    case 'killed':
      return { icon: 'circle-slash', color: 'list.warningForeground' }
    case 'unknown':
      return { icon: 'question' }
    default:
      return unreachable(status)
  }
}

function drawNotice(node: NodeOf<'notice'>): vscode.TreeItem {
  const { notice, parent } = node
  if (notice.kind === 'empty') return drawEmpty(parent)
  if (notice.kind === 'cancelled') return cancelledItem(commands.refreshTracking, node)
  const { problem } = notice
  if (problem.code !== 'invalid' || !isFiltered(parent)) return problemItem(problem)
  return problemItem({ ...problem, hint: vscode.l10n.t('Change the filter') }, { run: commands.filterRuns, argument: parent })
}

/** A click does what helps: another filter, or a first run. */
function drawEmpty(parent: TrackingNode): vscode.TreeItem {
  if (isFiltered(parent)) {
    const description = vscode.l10n.t('Change the filter')
    const label = vscode.l10n.t('No run meets the filter')
    return treeItem(label, { icon: 'filter', description, says: `${label}. ${description}`, run: commands.filterRuns, argument: parent })
  }
  const description = vscode.l10n.t('Show how to log one')
  const label = parent.kind === 'experiment' ? vscode.l10n.t('No runs yet') : vscode.l10n.t('No experiments yet')
  return treeItem(label, { icon: 'lightbulb', description, says: `${label}. ${description}`, run: commands.logFirstRun, argument: parent })
}

function isFiltered(node: TrackingNode): boolean {
  return node.kind === 'experiment' && node.filter !== ''
}
