import { asError, isProblem, type LakehouseError } from '#base/errors.ts'
import { ProgressCount } from '#base/progress.ts'
import { ListedFiles, type ActiveFiles } from '#delta/files/activeFiles.ts'
import { readCheckpoint, type CheckpointState } from '#delta/files/checkpoint.ts'
import { FileKeys } from '#delta/files/fileKeys.ts'
import { filesWithout, joinFiles } from '#delta/files/joinedFiles.ts'
import { discrepancies, readChecksum } from '#delta/log/checksum.ts'
import { readCommits } from '#delta/log/commits.ts'
import type { Checkpoint, LogFiles } from '#delta/log/logNames.ts'
import { replayPlans, type ReplayPlan } from '#delta/log/replayPlan.ts'
import type { Action, AddFile, DomainMetadata, Metadata } from './actions.ts'
import { missingFeature } from './features.ts'
import { parseSchema } from './schema.ts'
import { problem, type DeltaTable } from './table.ts'
import type { DeltaStruct, Protocol } from './types.ts'

/** What a version says about its table, without its files. */
export interface Header {
  readonly version: number
  readonly protocol: Protocol
  readonly metadata: Metadata
  /** Null when the metadata has none. */
  readonly schema: DeltaStruct | null
}

/** One version of a table. */
export interface Snapshot extends Header {
  /** Newest of each domain, removed ones left out. */
  readonly domains: ReadonlyMap<string, DomainMetadata>
  /** Those of the checkpoint, then in order of their commits; undefined where a reader feature stops it. */
  readonly files: ActiveFiles | undefined
  /** Sentences on what is odd in its log though it can be read. */
  readonly warnings: readonly string[]
}

/** Protocol and metadata of a version: those of its checksum; else reads commits backwards until both are known. */
export async function loadHeader(table: DeltaTable, files: LogFiles, version: number, signal: AbortSignal): Promise<Header> {
  const known = await readChecksum(table, files, version, signal)
  if (known?.protocol && known.metadata) return headerOf(table, version, known.protocol, known.metadata)
  const { protocol, metadata } = await replay(table, files, version, 'header', signal)
  return headerOf(table, version, protocol, metadata)
}

/**
 * The state of a version: newest complete checkpoint at or below it, and the commits after that. A checkpoint that cannot be
 * read is replaced by an older one where the commits reach back.
 * @throws LakehouseError `notFound` when a commit is missing, `corrupt`
 */
export async function loadSnapshot(table: DeltaTable, files: LogFiles, version: number, signal: AbortSignal): Promise<Snapshot> {
  const [state, checksum] = await Promise.all([replayOrHeader(table, files, version, signal), readChecksum(table, files, version, signal)])
  const header = headerOf(table, version, state.protocol, state.metadata)
  const domains = new Map([...state.domains].filter(([, domain]) => !domain.removed))
  const replayed = { ...header, domains, files: missingFeature(header.protocol) === undefined ? state.files : undefined }
  const empty = state.emptyCommits.map(each => `The commit of version ${each} is an empty file: the version has no actions.`)
  return { ...replayed, warnings: [...empty, ...(checksum ? discrepancies(checksum, replayed) : [])] }
}

/** Files in a form that only an unknown feature explains must not hide the rest of the table. */
async function replayOrHeader(table: DeltaTable, files: LogFiles, version: number, signal: AbortSignal): Promise<State> {
  try {
    return await replay(table, files, version, 'files', signal)
  } catch (error) {
    if (!isProblem(error, 'corrupt')) throw error
    const state = await replay(table, files, version, 'header', signal).catch((second: unknown) => {
      throw isProblem(second) ? error : second
    })
    if (state.protocol && missingFeature(state.protocol) !== undefined) return state
    throw error
  }
}

interface State {
  readonly protocol: Protocol | undefined
  readonly metadata: Metadata | undefined
  readonly domains: ReadonlyMap<string, DomainMetadata>
  readonly files: ActiveFiles
  /** Versions in ascending order. */
  readonly emptyCommits: readonly number[]
}

/** @throws LakehouseError `corrupt` without a protocol or metadata, or with a schema that is none */
export function headerOf(table: DeltaTable, version: number, protocol: Protocol | undefined, metadata: Metadata | undefined): Header {
  if (!protocol) throw problem(table, 'corrupt', 'its log has no protocol action', { version })
  if (!metadata) throw problem(table, 'corrupt', 'its log has no metaData action', { version })
  try {
    return { version, protocol, metadata, schema: metadata.schemaString ? parseSchema(metadata.schemaString) : null }
  } catch (error) {
    throw problem(table, 'corrupt', `its schema cannot be understood: ${asError(error).message}`, { version, cause: error })
  }
}

async function replay(
  table: DeltaTable,
  files: LogFiles,
  version: number,
  extent: 'header' | 'files',
  signal: AbortSignal,
): Promise<State> {
  let failure: LakehouseError | undefined
  for (const checkpoint of [...files.checkpoints.filter(each => each.version <= version).toReversed(), undefined]) {
    for (const { steps, gap } of replayPlans(files, checkpoint ? checkpoint.version + 1 : 0, version)) {
      try {
        if (gap !== undefined) throw problem(table, 'notFound', `commit ${gap} is missing from its log`, { version })
        return await replayFrom(table, checkpoint, steps, extent, signal)
      } catch (error) {
        if (!isProblem(error) || (error.code !== 'corrupt' && error.code !== 'notFound')) throw error
        failure ??= error
      }
    }
  }
  throw failure ?? problem(table, 'notFound', 'its log cannot be read', { version })
}

async function replayFrom(
  table: DeltaTable,
  checkpoint: Checkpoint | undefined,
  steps: ReplayPlan['steps'],
  extent: 'header' | 'files',
  signal: AbortSignal,
): Promise<State> {
  const tail = new Tail()
  const progress = new ProgressCount(table.report, { stage: 'log', total: steps.length, unit: 'files' })
  for await (const { file, info, parts } of readCommits(table, steps.toReversed(), extent, signal)) {
    if (info.size === 0 && 'from' in file) throw problem(table, 'corrupt', `its compacted file ${info.key} is empty`)
    if (info.size === 0) tail.emptyCommits.unshift(file.version)
    for (const actions of parts.toReversed()) tail.addOlder(actions)
    progress.add(1)
    if (extent === 'header' && tail.hasHeader) return tail.over(undefined)
  }
  return tail.over(checkpoint && (await wholeCheckpoint(table, checkpoint, extent, signal)))
}

/** @throws LakehouseError `corrupt` also for a checkpoint that says nothing of its table, such as an empty file of JSON */
async function wholeCheckpoint(
  table: DeltaTable,
  checkpoint: Checkpoint,
  extent: 'header' | 'files',
  signal: AbortSignal,
): Promise<CheckpointState> {
  const state = await readCheckpoint(table, checkpoint, extent, signal)
  if (state.protocol || state.metadata) return state
  throw problem(table, 'corrupt', `its checkpoint of version ${checkpoint.version} has neither a protocol nor a metaData action`)
}

/** The actions after a checkpoint, replayed from the newest back: the first that names something wins. */
class Tail {
  readonly #seen = new FileKeys()
  readonly #newestFirst: AddFile[] = []
  readonly #domains = new Map<string, DomainMetadata>()
  readonly emptyCommits: number[] = []
  #protocol: Protocol | undefined
  #metadata: Metadata | undefined

  get hasHeader(): boolean {
    return this.#protocol !== undefined && this.#metadata !== undefined
  }

  addOlder(actions: readonly Action[]): void {
    for (const action of actions.toReversed()) this.#add(action)
  }

  over(checkpoint: CheckpointState | undefined): State {
    const domains = new Map(this.#domains)
    for (const domain of checkpoint?.domains ?? []) if (!domains.has(domain.domain)) domains.set(domain.domain, domain)
    const newer = new ListedFiles(this.#newestFirst.toReversed())
    return {
      protocol: this.#protocol ?? checkpoint?.protocol,
      metadata: this.#metadata ?? checkpoint?.metadata,
      domains,
      emptyCommits: this.emptyCommits,
      files: checkpoint ? joinFiles([this.#without(checkpoint.files), newer]) : newer,
    }
  }

  /** The files of a checkpoint that no later action names. */
  #without(files: ActiveFiles): ActiveFiles {
    return this.#seen.size === 0 ? files : filesWithout(files, files.positionsOf(this.#seen))
  }

  #add(action: Action): void {
    switch (action.kind) {
      case 'add':
        if (this.#seen.add(action.add)) this.#newestFirst.push(action.add)
        break
      case 'remove':
        this.#seen.add(action.remove)
        break
      case 'protocol':
        this.#protocol ??= action.protocol
        break
      case 'metadata':
        this.#metadata ??= action.metadata
        break
      case 'domain':
        if (!this.#domains.has(action.domain.domain)) this.#domains.set(action.domain.domain, action.domain)
        break
      case 'change':
      case 'commitInfo':
      case 'sidecar':
        break
    }
  }
}
