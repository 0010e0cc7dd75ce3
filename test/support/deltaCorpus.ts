import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { DeltaType } from '#delta/types.ts'

/** One table of the corpus with what a reader must find; see the README beside its manifest. */
export interface CorpusEntry {
  readonly name: string
  readonly path: string
  readonly latestVersion?: number | null
  readonly earliestVersion?: number | null
  readonly minReaderVersion?: number
  readonly minWriterVersion?: number
  readonly readerFeatures?: readonly string[]
  readonly partitionColumns?: readonly string[]
  readonly schema?: readonly (readonly [string, DeltaType])[] | null
  readonly numFiles?: number | null
  readonly sizeBytes?: number | null
  readonly numRecords?: number | null
  readonly rows?: { readonly count: number; readonly sha256: string }
  readonly versions?: Readonly<Record<string, { readonly numFiles: number; readonly rowCount: number | null }>>
  readonly expect?: { readonly log: string; readonly rows: string }
  /** Newest first; every member but the version is to be found in the commitInfo. */
  readonly history?: readonly Readonly<Record<string, unknown>>[]
  readonly doubt?: string
}

/** Folder of the corpus: the environment's, or beside the project. */
export const corpusFolder = resolve(process.env['DATAFLOW_DELTA_CORPUS'] ?? join(import.meta.dirname, '../../../shared/delta-corpus'))

/** All entries; undefined when the corpus is not there. */
export function readCorpus(): readonly CorpusEntry[] | undefined {
  const manifest = join(corpusFolder, 'manifest.json')
  if (!existsSync(manifest)) return undefined
  // SAFETY: the manifest's own README describes these members, and each test reads all it names.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { readonly tables: readonly CorpusEntry[] }).tables
}
