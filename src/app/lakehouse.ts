import { userInfo } from 'node:os'
import { systemClock } from '#base/clock.ts'
import { DisposableStore, type Disposable } from '#base/disposable.ts'
import { asError } from '#base/errors.ts'
import type { Event } from '#base/event.ts'
import type { Logger } from '#base/log.ts'
import { openBuckets, openStore, renewCredentials } from '#storage/openStore.ts'
import type { S3Endpoint, StoreSpec } from '#storage/storeSpec.ts'
import { createCatalog, type Catalog } from './catalog.ts'
import type { ConnectionSecrets } from './connection.ts'
import { checkCompose, hasCompose, type ComposeProblems } from './composeProblems.ts'
import { createConnections, type Connections } from './connections.ts'
import { createTableReads } from './deltaReads.ts'
import { createDoctor, type Doctor } from './doctor.ts'
import { findTables, type FoundTable } from './findTables.ts'
import { createProject } from './newProject.ts'
import type { Place } from './place.ts'
import { createPreview, type Preview } from './preview.ts'
import { createRunReads, type RunAt, type RunReads } from './runReads.ts'
import type { SettingsSource } from './settings.ts'
import { createSparkServers } from './sparkServers.ts'
import { createStackBuckets } from './stackBuckets.ts'
import { createStackControl, type StackControl } from './stackControl.ts'
import { openEngines } from './openEngines.ts'
import { createStatements, type Statements } from './statements.ts'
import type { TableReads } from './tableReads.ts'
import { createTracking, type Tracking } from './tracking.ts'
import { createTrackingTree, type TrackingTree } from './trackingTree.ts'
import { createWorkerReads } from './workerReads.ts'

/** What the app takes from its surroundings (an editor, a terminal, a test). */
export interface LakehousePorts {
  readonly log: Logger
  readonly settings: SettingsSource
  /** Secrets of a connection named in the settings; undefined when none are kept. */
  readonly secrets: (connection: string) => Promise<ConnectionSecrets | undefined>
  /** The name of a connection whose secrets have changed. */
  readonly onDidChangeSecrets?: Event<string>
  /** Folder whose stack this is: the workspace, or the working directory. */
  readonly projectFolder: string
  /** Where locks/ and python/ of the installed product lie. */
  readonly productFolder: string
  /** The bundle that runs Delta reads in a thread; in process when absent. */
  readonly workerFile?: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Everything a user can do, without a UI. Nothing is opened, read or started before it is asked for. */
export interface Lakehouse extends Disposable {
  readonly stack: StackControl
  readonly doctor: Doctor
  /** Whether the folder has a compose file, which defines its stack. */
  readonly hasCompose: (signal: AbortSignal) => Promise<boolean>
  /** What is wrong in the compose files of the folder, as they stand in editors. */
  readonly compose: (unsaved: ReadonlyMap<string, string>, signal: AbortSignal) => Promise<ComposeProblems>
  readonly connections: Connections
  readonly catalog: Catalog
  readonly reads: TableReads
  /** All Delta tables at or below a place, in order of their paths. */
  readonly tables: (root: Place, signal: AbortSignal) => AsyncIterable<FoundTable>
  readonly preview: (table: Place) => Preview
  readonly statements: Statements
  readonly mlflow: Tracking
  /** Servers, experiments and runs. */
  readonly mlflowTree: TrackingTree
  readonly run: (at: RunAt) => RunReads
  /** Writes a new lakehouse project into a folder and gives its files; see `createProject`. */
  readonly createProject: (folder: string, signal: AbortSignal) => Promise<readonly string[]>
}

const clientType = 'dataflow-lab'

export function createLakehouse(ports: LakehousePorts): Lakehouse {
  const { log, settings, secrets, projectFolder, productFolder, workerFile, env } = ports
  const store = new DisposableStore()
  const engines = store.add(openEngines({ projectFolder, productFolder, env, settings, log, clock: systemClock }))
  const stack = store.add(createStackControl(engines, { log, clock: systemClock, createBuckets: createStackBuckets }))
  const connections = store.add(createConnections(stack, settings, secrets))
  const { credentials } = connections
  const open = (spec: StoreSpec) => openStore(spec, credentials)
  const renew = (connection: string): void => renewCredentials(credentials, connection)
  const reads = workerFile === undefined ? createTableReads(open, renew) : store.add(createWorkerReads(workerFile, credentials))
  const buckets = (endpoint: S3Endpoint) => openBuckets(endpoint, credentials)
  const catalog = store.add(createCatalog({ connections, reads, openBuckets: buckets }))
  if (ports.onDidChangeSecrets) store.add(ports.onDidChangeSecrets(name => takeUpSecrets(name, { renew, reads, catalog, log })))
  const servers = store.add(createSparkServers(connections, { userId: userInfo().username, clientType }))
  const mlflow = createTracking(connections)
  return {
    stack,
    doctor: createDoctor({ projectFolder, productFolder, env, settings, stack }),
    hasCompose: signal => hasCompose(projectFolder, signal),
    compose: (unsaved, signal) => checkCompose({ folder: projectFolder, env, unsaved }, signal),
    connections,
    catalog,
    reads,
    tables: (root, signal) => findTables({ open, reads }, root, signal),
    preview: table => createPreview(table, reads),
    statements: store.add(createStatements({ connect: servers.connect, clock: systemClock })),
    mlflow,
    run: at => createRunReads(at, mlflow),
    createProject: (folder, signal) => createProject(productFolder, folder, signal),
    mlflowTree: store.add(createTrackingTree(mlflow, connections)),
    dispose: () => store.dispose(),
  }
}

interface SecretUsers {
  readonly renew: (connection: string) => void
  readonly reads: TableReads
  readonly catalog: Catalog
  readonly log: Logger
}

/** What goes on with the keys of before asks for those of now; what they showed is read again. */
function takeUpSecrets(connection: string, { renew, reads, catalog, log }: SecretUsers): void {
  renew(connection)
  reads
    .renew({ connection }, AbortSignal.timeout(renewMs))
    .catch((error: unknown) => log.error(asError(error)))
    .finally(() => catalog.refresh({ kind: 'connection', name: connection }))
}

const renewMs = 10_000
