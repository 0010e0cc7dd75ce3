/** What the run page may ask of the extension. Every answer is plain data; absence is null. */
export interface RunHost {
  /** The run as it is now, without histories. */
  open(of: Record<string, never>, signal: AbortSignal): Promise<RunDetails>
  /** At most 2,000 points of a metric in a range of steps, all of them for null: evenly spread, the first and the last among them. */
  readMetric(of: { readonly key: string; readonly steps: StepRange | null }, signal: AbortSignal): Promise<MetricPoints>
  /** Puts every point of a metric on the clipboard, as tab-separated text; how many there are. */
  copyMetric(of: { readonly key: string }, signal: AbortSignal): Promise<{ readonly points: number }>
  /** A folder of the artifacts, the root for an empty path; `from` is where the page before ended. */
  listArtifacts(of: { readonly path: string; readonly from: string | null }, signal: AbortSignal): Promise<ArtifactPage>
  /** Puts text on the clipboard. */
  copy(content: { readonly text: string }, signal: AbortSignal): Promise<void>
  /** Opens the run in MLflow's own pages. */
  openInMlflow(of: Record<string, never>, signal: AbortSignal): Promise<void>
}

/** What the extension may tell the page. */
export interface RunPage {
  /** Which run the panel is for; the page keeps it in its saved state as {@link SavedRun}. */
  keep(saved: SavedRun, signal: AbortSignal): Promise<void>
}

/** The part of the page's saved state (`setState`) by which the extension restores the panel after a reload. */
export interface SavedRun {
  readonly connection: string
  readonly runId: string
}

export type RunState = 'running' | 'scheduled' | 'finished' | 'failed' | 'killed' | 'unknown'

export interface RunDetails {
  readonly id: string
  readonly name: string
  readonly experimentId: string
  /** Null where it could not be read. */
  readonly experimentName: string | null
  readonly status: RunState
  readonly isDeleted: boolean
  /** Epoch ms. */
  readonly started: number | null
  readonly ended: number | null
  readonly user: string
  /** What ran: a file, a notebook; empty where it was not logged. */
  readonly source: string
  /** Git commit of the source, empty where it was not logged. */
  readonly commit: string
  readonly note: string
  readonly artifactUri: string
  readonly trackingUri: string
  /** In order of their keys, as parameters and tags are. */
  readonly metrics: readonly LatestValue[]
  readonly params: readonly RunEntry[]
  readonly tags: readonly RunEntry[]
}

/** The last value of a metric. Value and step are exact texts: `NaN`, `0.1`, `9223372036854775807`. */
export interface LatestValue {
  readonly key: string
  readonly value: string
  readonly step: string
  /** Epoch ms. */
  readonly time: number
}

export interface RunEntry {
  readonly key: string
  readonly value: string
}

/** Steps [first, last]. */
export interface StepRange {
  readonly first: number
  readonly last: number
}

export interface MetricPoints {
  /** Three columns of doubles, one after another: steps, epoch ms, values; read by {@link readPoints}. */
  readonly columns: Uint8Array
  /** Whether the server may have left points out between these. */
  readonly isSampled: boolean
}

export interface ArtifactPage {
  readonly artifacts: readonly RunArtifact[]
  /** Null after the last. */
  readonly next: string | null
}

export interface RunArtifact {
  /** From the root of the run's artifacts. */
  readonly path: string
  readonly isFolder: boolean
  /** Bytes; null for folders and where it is not known. */
  readonly size: number | null
}

/** Points of a metric as columns of one length, in order of step and time. */
export interface PointColumns {
  readonly steps: Float64Array
  readonly times: Float64Array
  readonly values: Float64Array
}

/** NaN and infinities are no JSON, which messages may pass through: so values go as bytes. */
export function writePoints({ steps, times, values }: PointColumns): Uint8Array {
  const columns = new Float64Array(steps.length * 3)
  columns.set(steps)
  columns.set(times, steps.length)
  columns.set(values, steps.length * 2)
  return new Uint8Array(columns.buffer)
}

/** The reverse of {@link writePoints}. */
export function readPoints(columns: Uint8Array): PointColumns {
  const { buffer } = new Uint8Array(columns)
  const all = new Float64Array(buffer)
  const count = all.length / 3
  return { steps: all.subarray(0, count), times: all.subarray(count, count * 2), values: all.subarray(count * 2) }
}
