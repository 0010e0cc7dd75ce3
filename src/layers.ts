interface Layer {
  readonly purpose: string
  readonly mayImport: readonly string[]
}

const core = [
  'base',
  'protocol',
  'arrow',
  'storage',
  'compose',
  'mlflow',
  'parquet',
  'process',
  'notebook',
  'runtime',
  'delta',
  'spark',
  'stack',
  'doctor',
] as const

/**
 * What each folder under src/ is for and may import besides itself, lowest first.
 * The linter (oxlint.config.ts) and test/unit/architecture.test.ts enforce it.
 */
export const layers: Readonly<Record<string, Layer>> = {
  base: { purpose: 'small tools every folder needs, no I/O', mayImport: [] },
  protocol: { purpose: 'what pages and extension say to each other', mayImport: ['base'] },
  arrow: { purpose: 'Arrow IPC in, pages and text out', mayImport: ['base'] },
  storage: { purpose: 'list and read objects by range', mayImport: ['base'] },
  compose: { purpose: 'a compose file as the checked definition of a stack', mayImport: ['base'] },
  mlflow: { purpose: 'a client of the tracking server', mayImport: ['base'] },
  parquet: { purpose: 'Parquet files by range, as columns of numbers and bytes', mayImport: ['base', 'storage'] },
  process: { purpose: 'detached processes, discovery file, ports, locks', mayImport: ['base'] },
  notebook: { purpose: 'cell language and run state machine', mayImport: ['base'] },
  runtime: { purpose: 'what must be installed: Python environments, JRE, jars', mayImport: ['base', 'process'] },
  delta: { purpose: 'a Delta log as snapshots, history, files, rows', mayImport: ['base', 'arrow', 'storage', 'parquet'] },
  spark: { purpose: 'Spark Connect sessions, statements and results', mayImport: ['base', 'arrow'] },
  stack: { purpose: 'the local services and the engine that runs them', mayImport: ['base', 'process', 'runtime', 'compose'] },
  doctor: {
    purpose: 'what is wrong with a stack, why, and how it is mended',
    mayImport: ['base', 'process', 'runtime', 'compose', 'stack'],
  },
  app: { purpose: 'what a user can do, without a UI; owns sessions and caches', mayImport: core },
  host: { purpose: 'the app in VS Code; the only importer of vscode', mayImport: [...core, 'app'] },
  cli: { purpose: 'the app in a terminal', mayImport: [...core, 'app'] },
}

/** Pages run in a browser and may take only these from src/. */
export const pagesMayImport: readonly string[] = ['base', 'protocol', 'arrow']
