/** Every id that the manifest and the code share, once; test/unit/host/ids.test.ts compares both ways. */

export const extensionId = 'dataflow-lab.dataflow-lab'

export const commands = {
  addConnection: 'dataflow.connection.add',
  editConnections: 'dataflow.connection.edit',
  setCredentials: 'dataflow.connection.setCredentials',
  forgetCredentials: 'dataflow.connection.forgetCredentials',
  refreshLakehouse: 'dataflow.lakehouse.refresh',
  refreshNode: 'dataflow.lakehouse.refreshNode',
  retryNode: 'dataflow.lakehouse.retry',
  loadMore: 'dataflow.lakehouse.loadMore',
  cancelReading: 'dataflow.lakehouse.cancelReading',
  openPreview: 'dataflow.lakehouse.openPreview',
  openPreviewBeside: 'dataflow.lakehouse.openPreviewBeside',
  copyPath: 'dataflow.lakehouse.copyPath',
  copySelect: 'dataflow.lakehouse.copySelect',
  queryInNotebook: 'dataflow.lakehouse.queryInNotebook',
  startStack: 'dataflow.stack.start',
  stopStack: 'dataflow.stack.stop',
  restartStack: 'dataflow.stack.restart',
  removeStack: 'dataflow.stack.remove',
  resetStack: 'dataflow.stack.reset',
  refreshStack: 'dataflow.stack.refresh',
  showStackLogs: 'dataflow.stack.showLogs',
  chooseEngine: 'dataflow.stack.chooseEngine',
  runDoctor: 'dataflow.stack.doctor',
  startService: 'dataflow.service.start',
  stopService: 'dataflow.service.stop',
  restartService: 'dataflow.service.restart',
  removeService: 'dataflow.service.remove',
  resetService: 'dataflow.service.reset',
  scaleService: 'dataflow.service.scale',
  showServiceLogs: 'dataflow.service.showLogs',
  openService: 'dataflow.service.open',
  openServiceInEditor: 'dataflow.service.openInEditor',
  copyServiceUrl: 'dataflow.service.copyUrl',
  copyServiceCredentials: 'dataflow.service.copyCredentials',
  openServiceTerminal: 'dataflow.service.openTerminal',
  refreshMlflow: 'dataflow.mlflow.refresh',
  refreshTracking: 'dataflow.mlflow.refreshNode',
  loadMoreRuns: 'dataflow.mlflow.loadMore',
  filterRuns: 'dataflow.mlflow.filterRuns',
  openRun: 'dataflow.mlflow.openRun',
  copyRunId: 'dataflow.mlflow.copyRunId',
  copyTrackingUri: 'dataflow.mlflow.copyTrackingUri',
  openMlflowUi: 'dataflow.mlflow.openUi',
  logFirstRun: 'dataflow.mlflow.logFirstRun',
  newProject: 'dataflow.project.new',
  newNotebook: 'dataflow.notebook.new',
  chooseNotebookConnection: 'dataflow.notebook.chooseConnection',
  showLog: 'dataflow.log.show',
} as const

export type CommandId = (typeof commands)[keyof typeof commands]

export const viewContainer = 'dataflow'

export const views = { lakehouse: 'dataflow.lakehouse', mlflow: 'dataflow.mlflow', stack: 'dataflow.stack' } as const

/** One fact each, for when clauses. */
export const contextKeys = {
  /** {@link LakeState}: why the Lakehouse tree may be empty. */
  lakeState: 'dataflow.lakeState',
  /** `kind` of the StackState; unset until the stack was first looked at. */
  stackState: 'dataflow.stackState',
  /** `docker` or `local`; unset until then too. */
  stackEngine: 'dataflow.stackEngine',
  /** True while the Lakehouse view waits for a long read. */
  lakehouseReading: 'dataflow.lakehouseReading',
  /** `none` while no connection has an MLflow server, `ready` then; unset until the view was first looked at. */
  mlflowState: 'dataflow.mlflowState',
} as const

export const previewPanelType = 'dataflow.preview'
export const runPanelType = 'dataflow.run'
export const doctorPanelType = 'dataflow.doctor'

/** Texts that the doctor proposes, in the diff editor. */
export const doctorScheme = 'dataflow-doctor'

export const notebook = { type: 'jupyter-notebook', controller: 'dataflow-spark', renderer: 'dataflow-result' } as const

export const statusBarItem = 'dataflow.stack.status'

/** Settings below `dataflow.`. */
export const settingsSection = 'dataflow'
export const settingKeys = {
  connections: 'connections',
  resultRows: 'results.maxRows',
  resultBytes: 'results.maxBytes',
  stackEngine: 'stack.engine',
} as const
