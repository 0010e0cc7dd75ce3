import { countAt, countOr, isWire, parseJson, textAt, textMap, textOr, textsAt, wholeOr, type Wire } from '#base/wire.ts'
import type { Protocol } from './types.ts'

/**
 * The actions of a log that a reader needs; the file that turns its JSON into types. Unknown actions and members are ignored.
 * https://github.com/delta-io/delta/blob/master/PROTOCOL.md#actions
 */
export type Action =
  | { readonly kind: 'add'; readonly add: AddFile; readonly dataChange: boolean }
  | { readonly kind: 'remove'; readonly remove: RemoveFile; readonly dataChange: boolean }
  | { readonly kind: 'change'; readonly change: AddFile }
  | { readonly kind: 'metadata'; readonly metadata: Metadata }
  | { readonly kind: 'protocol'; readonly protocol: Protocol }
  | { readonly kind: 'commitInfo'; readonly commitInfo: Wire }
  | { readonly kind: 'domain'; readonly domain: DomainMetadata }
  | { readonly kind: 'sidecar'; readonly sidecar: Sidecar }

export interface AddFile {
  /** As in the log, percent-decoded once: relative to the table, or absolute. */
  readonly path: string
  readonly size: number
  /** Physical column name → text, null for NULL. */
  readonly partitionValues: Readonly<Record<string, string | null>>
  /** JSON text. */
  readonly stats: string | undefined
  /** Rows by statistics where they are known without parsing `stats`. */
  readonly records?: number | undefined
  readonly deletionVector: DeletionVectorDescriptor | undefined
}

/** A file without its statistics. */
export type BareFile = Omit<AddFile, 'stats' | 'records'>

export interface RemoveFile {
  readonly path: string
  readonly deletionVector: DeletionVectorDescriptor | undefined
  /** Epoch ms by the clock of the writer. */
  readonly deletionTimestamp?: number | undefined
  /** Bytes, where the writer repeats what it removes. */
  readonly size?: number | undefined
}

export interface DeletionVectorDescriptor {
  /** `u` relative, `p` absolute, `i` inline. */
  readonly storageType: string
  readonly pathOrInlineDv: string
  readonly offset: number | undefined
  readonly sizeInBytes: number
  readonly cardinality: number
}

export interface Metadata {
  readonly id: string
  readonly name: string | null
  readonly description: string | null
  /** Absent in tables that were never given one. */
  readonly schemaString: string | undefined
  readonly partitionColumns: readonly string[]
  readonly configuration: Readonly<Record<string, string>>
}

export interface DomainMetadata {
  readonly domain: string
  readonly configuration: string
  readonly removed: boolean
}

export interface Sidecar {
  readonly path: string
  readonly sizeInBytes: number
}

/** The action of one parsed line; undefined for one that a reader may ignore. @throws Error saying what is wrong with it */
export function parseAction(value: unknown): Action | undefined {
  if (!isWire(value)) throw new Error('it is no object')
  if (isWire(value['add'])) return { kind: 'add', add: named('add', () => parseAdd(value['add'])), ...dataChangeOf(value['add']) }
  if (isWire(value['remove'])) {
    return { kind: 'remove', remove: named('remove', () => parseRemove(value['remove'])), ...dataChangeOf(value['remove']) }
  }
  if (isWire(value['cdc'])) return { kind: 'change', change: named('cdc', () => parseAdd(value['cdc'])) }
  if (isWire(value['metaData'])) return { kind: 'metadata', metadata: named('metaData', () => parseMetadata(value['metaData'])) }
  if (isWire(value['protocol'])) return { kind: 'protocol', protocol: named('protocol', () => parseProtocol(value['protocol'])) }
  if (isWire(value['commitInfo'])) return { kind: 'commitInfo', commitInfo: value['commitInfo'] }
  if (isWire(value['domainMetadata'])) {
    return { kind: 'domain', domain: named('domainMetadata', () => parseDomain(value['domainMetadata'])) }
  }
  if (isWire(value['sidecar'])) return { kind: 'sidecar', sidecar: named('sidecar', () => parseSidecar(value['sidecar'])) }
  return undefined
}

/** Rows that statistics count, before deletion vectors; undefined where there are none. */
export function recordsOf(add: AddFile): number | undefined {
  const { records } = add
  if (records !== undefined) return records
  const { stats } = add
  if (stats === undefined) return undefined
  return recordsIn(stats)
}

/** Rows that statistics count, given their JSON. */
export function recordsIn(stats: string): number | undefined {
  const lead = /^\{"numRecords":(\d{1,15})[,}]/.exec(stats)
  if (lead) return Number(lead[1])
  const parsed = parseJson(stats)
  return isWire(parsed) ? wholeOr(parsed, 'numRecords') : undefined
}

/** Rows of a file that are not deleted; undefined without statistics, or when these count fewer rows than are deleted. */
export function liveRecordsOf(add: AddFile): number | undefined {
  const live = (recordsOf(add) ?? -1) - (add.deletionVector?.cardinality ?? 0)
  return live < 0 ? undefined : live
}

/** What names a logical file: path and deletion vector. */
export function fileKey({ path, deletionVector }: RemoveFile): string {
  if (!deletionVector) return canonicalPath(path)
  return `${canonicalPath(path)}\n${vectorId(deletionVector)}`
}

/** What names a deletion vector. https://github.com/delta-io/delta/blob/master/PROTOCOL.md#derived-fields */
export function vectorId({ storageType, pathOrInlineDv, offset }: DeletionVectorDescriptor): string {
  return `${storageType}${pathOrInlineDv}${offset === undefined ? '' : `@${offset}`}`
}

/** Percent-decoded once. @throws Error when the path is not validly encoded */
export function decodePath(path: string): string {
  if (!path.includes('%')) return path
  try {
    return decodeURIComponent(path)
  } catch (error) {
    if (error instanceof URIError) throw new Error(`the path ${path} is not validly percent-encoded`, { cause: error })
    throw error
  }
}

/** `/x`, `file:/x` and `file:///x` name the same file. */
export function canonicalPath(path: string): string {
  return path.replace(/^file:\/+/, '/')
}

function named<T>(action: string, parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    throw new Error(`${action}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}

/** False for a file that was only rewritten or put in order. */
function dataChangeOf(wire: Wire): { readonly dataChange: boolean } {
  return { dataChange: wire['dataChange'] !== false }
}

function parseAdd(value: unknown): AddFile {
  const wire = isWire(value) ? value : {}
  return {
    path: decodePath(textAt(wire, 'path')),
    size: countAt(wire, 'size'),
    partitionValues: parsePartitionValues(wire['partitionValues']),
    stats: textOr(wire, 'stats'),
    deletionVector: parseDeletionVector(wire['deletionVector']),
  }
}

function parseRemove(value: unknown): RemoveFile {
  const wire = isWire(value) ? value : {}
  return {
    path: decodePath(textAt(wire, 'path')),
    deletionVector: parseDeletionVector(wire['deletionVector']),
    deletionTimestamp: countOr(wire, 'deletionTimestamp'),
    size: countOr(wire, 'size'),
  }
}

/** @throws Error naming the column */
function parsePartitionValues(value: unknown): AddFile['partitionValues'] {
  if (!isWire(value)) return {}
  return Object.fromEntries(
    Object.entries(value).map(([name, text]) => {
      if (typeof text !== 'string' && text !== null) throw new Error(`the value of partition column ${name} is no text`)
      return [name, text]
    }),
  )
}

/** Undefined when there is none. @throws Error naming the member */
export function parseDeletionVector(value: unknown): DeletionVectorDescriptor | undefined {
  if (!isWire(value)) return undefined
  return {
    storageType: textAt(value, 'storageType'),
    pathOrInlineDv: textAt(value, 'pathOrInlineDv'),
    offset: countOr(value, 'offset'),
    sizeInBytes: countAt(value, 'sizeInBytes'),
    cardinality: countAt(value, 'cardinality'),
  }
}

function parseMetadata(value: unknown): Metadata {
  const wire = isWire(value) ? value : {}
  return {
    id: textOr(wire, 'id') ?? '',
    name: textOr(wire, 'name') ?? null,
    description: textOr(wire, 'description') ?? null,
    schemaString: textOr(wire, 'schemaString'),
    partitionColumns: textsAt(wire, 'partitionColumns'),
    configuration: textMap(wire['configuration']),
  }
}

function parseProtocol(value: unknown): Protocol {
  const wire = isWire(value) ? value : {}
  return {
    minReaderVersion: countAt(wire, 'minReaderVersion'),
    minWriterVersion: countAt(wire, 'minWriterVersion'),
    readerFeatures: textsAt(wire, 'readerFeatures'),
    writerFeatures: textsAt(wire, 'writerFeatures'),
  }
}

function parseDomain(value: unknown): DomainMetadata {
  const wire = isWire(value) ? value : {}
  return {
    domain: textAt(wire, 'domain'),
    configuration: textOr(wire, 'configuration') ?? '',
    removed: wire['removed'] === true,
  }
}

function parseSidecar(value: unknown): Sidecar {
  const wire = isWire(value) ? value : {}
  return { path: decodePath(textAt(wire, 'path')), sizeInBytes: countAt(wire, 'sizeInBytes') }
}
