import type { Facts } from './facts.ts'
import type { Finding, FindingCode, Severity } from './finding.ts'
import { composeFindings } from './rules/compose.ts'
import { engineFindings } from './rules/engine.ts'
import { healthFindings } from './rules/health.ts'
import { imageFindings } from './rules/images.ts'
import { localFindings } from './rules/local.ts'
import { machineFindings } from './rules/machine.ts'
import { mlflowFindings } from './rules/mlflow.ts'
import { nameFindings } from './rules/names.ts'
import { networkFindings } from './rules/network.ts'
import { portFindings } from './rules/ports.ts'
import { prefectFindings } from './rules/prefect.ts'
import { runningFindings } from './rules/running.ts'
import { safetyFindings } from './rules/safety.ts'
import { sparkFindings } from './rules/spark.ts'
import { versionFindings } from './rules/versions.ts'

const rules: readonly ((facts: Facts) => readonly Finding[])[] = [
  engineFindings,
  composeFindings,
  imageFindings,
  portFindings,
  runningFindings,
  localFindings,
  sparkFindings,
  nameFindings,
  mlflowFindings,
  prefectFindings,
  healthFindings,
  versionFindings,
  machineFindings,
  networkFindings,
  safetyFindings,
]

const order: readonly Severity[] = ['error', 'warning', 'info']

/** What only matters to containers: it breaks nothing where the services are plain processes. */
const ofContainers: ReadonlySet<FindingCode> = new Set([
  'airbyteRetired',
  'imageAbsent',
  'imageGone',
  'localhostInContainer',
  'mlflowNoEndpoint',
])

/** All that the facts show, errors first; within a severity what stands in the way of the rest comes first. Pure. */
export function findingsOf(facts: Facts): readonly Finding[] {
  const all = rules.flatMap(rule => rule(facts)).map(finding => (facts.engine === 'docker' ? finding : asProcesses(finding)))
  return order.flatMap(severity => all.filter(finding => finding.severity === severity))
}

function asProcesses(finding: Finding): Finding {
  return finding.severity === 'error' && ofContainers.has(finding.code) ? { ...finding, severity: 'warning' } : finding
}
