import { sum } from '#base/sum.ts'
import { isProblem } from '#base/errors.ts'
import { parseAction, type Metadata } from '#delta/actions.ts'
import type { ActiveFiles } from '#delta/files/activeFiles.ts'
import { parseSchema } from '#delta/schema.ts'
import type { DeltaTable } from '#delta/table.ts'
import type { Protocol } from '#delta/types.ts'
import { isWire, parseJson, wholeOr, type Wire } from '#base/wire.ts'
import type { LogFiles } from './logNames.ts'

/**
 * What `V.crc` says of version V without any replay; its writer may have left out or garbled every part of it.
 * https://github.com/delta-io/delta/blob/master/PROTOCOL.md#version-checksum-file
 */
export interface Checksum {
  readonly protocol: Protocol | undefined
  readonly metadata: Metadata | undefined
  readonly numFiles: number | undefined
  readonly sizeBytes: number | undefined
}

/** The replayed state that a checksum is held against. */
export interface Replayed {
  readonly version: number
  readonly protocol: Protocol
  readonly metadata: Metadata
  readonly files: ActiveFiles | undefined
}

/** Undefined when the version has none, or none that can be understood. One request. */
export async function readChecksum(
  table: DeltaTable,
  { checksums }: LogFiles,
  version: number,
  signal: AbortSignal,
): Promise<Checksum | undefined> {
  const file = checksums.findLast(each => each.version === version)
  if (!file) return undefined
  const heads = await table.store.readHeads([file.key], mostBytes, signal).catch((error: unknown) => {
    if (isProblem(error, 'notFound')) return []
    throw error
  })
  const wire = parseJson(new TextDecoder().decode(heads[0]?.bytes))
  if (!isWire(wire)) return undefined
  return {
    protocol: protocolOf(wire),
    metadata: metadataOf(wire),
    numFiles: wholeOr(wire, 'numFiles'),
    sizeBytes: wholeOr(wire, 'tableSizeBytes'),
  }
}

/** Sentences on where a checksum says something else than the log, with both numbers. */
export function discrepancies(checksum: Checksum, { version, protocol, metadata, files }: Replayed): readonly string[] {
  const found: string[] = []
  const compare = (ofChecksum: number | undefined, ofLog: number | undefined, what: string): void => {
    if (ofChecksum === undefined || ofLog === undefined || ofChecksum === ofLog) return
    found.push(`The checksum of version ${version} counts ${ofChecksum} ${what}, its log ${ofLog}.`)
  }
  compare(checksum.numFiles, files?.length, 'files')
  compare(checksum.sizeBytes, files && sum(files.sizes), 'bytes')
  if (checksum.protocol && protocolText(checksum.protocol) !== protocolText(protocol)) {
    found.push(`The checksum of version ${version} says ${protocolText(checksum.protocol)}, its log ${protocolText(protocol)}.`)
  }
  if (checksum.metadata && metadataText(checksum.metadata) !== metadataText(metadata)) {
    found.push(`The checksum of version ${version} has other metadata (schema, partition columns or properties) than its log.`)
  }
  return found
}

/** A checksum may list all files; one as long as this is not worth its reading. */
const mostBytes = 1024 * 1024

function protocolOf(wire: Wire): Protocol | undefined {
  const action = parsePart('protocol', wire['protocol'])
  return action?.kind === 'protocol' ? action.protocol : undefined
}

function metadataOf(wire: Wire): Metadata | undefined {
  const action = parsePart('metaData', wire['metadata'])
  return action?.kind === 'metadata' ? action.metadata : undefined
}

/** Undefined for what the log's own parser would not take. */
function parsePart(name: 'protocol' | 'metaData', part: unknown): ReturnType<typeof parseAction> {
  try {
    const action = parseAction({ [name]: part })
    if (action?.kind === 'metadata' && action.metadata.schemaString) parseSchema(action.metadata.schemaString)
    return action
  } catch (error) {
    if (error instanceof Error) return undefined
    throw error
  }
}

function protocolText({ minReaderVersion, minWriterVersion, readerFeatures, writerFeatures }: Protocol): string {
  const features = [...new Set([...readerFeatures, ...writerFeatures])].toSorted()
  const needed = features.length === 0 ? '' : ` with ${features.join(', ')}`
  return `reader ${minReaderVersion} and writer ${minWriterVersion}${needed}`
}

function metadataText({ schemaString, partitionColumns, configuration }: Metadata): string {
  const schema = schemaString ? JSON.stringify(parseSchema(schemaString)) : ''
  return JSON.stringify([schema, partitionColumns, Object.entries(configuration).toSorted(([a], [b]) => (a < b ? -1 : 1))])
}
