import { problem, type DeltaTable } from './table.ts'
import type { Protocol } from './types.ts'

/** Reader features whose rows this reader returns. https://github.com/delta-io/delta/blob/master/PROTOCOL.md#valid-feature-names-in-table-features */
const readable: ReadonlySet<string> = new Set([
  'columnMapping',
  'deletionVectors',
  'timestampNtz',
  'timestampWithoutTimezone',
  'typeWidening',
  'typeWidening-preview',
  'v2Checkpoint',
  'vacuumProtocolCheck',
  'variantType',
  'variantType-preview',
  'variantShredding',
  'variantShredding-preview',
])

/** What keeps rows and files of such a table from being read; undefined when nothing does. */
export function missingFeature({ minReaderVersion, readerFeatures }: Protocol): string | undefined {
  if (minReaderVersion > 3) return `reader version ${minReaderVersion}`
  return minReaderVersion === 3 ? readerFeatures.find(feature => !readable.has(feature)) : undefined
}

/** @throws LakehouseError `unsupported` with the feature's name in the message and in `details.feature` */
export function checkReadable(table: DeltaTable, version: number, protocol: Protocol): void {
  const feature = missingFeature(protocol)
  if (feature === undefined) return
  const what = feature.startsWith('reader version') ? `it needs ${feature}` : `it needs the reader feature ${feature}`
  throw problem(table, 'unsupported', `${what}, which is not supported`, {
    version,
    feature,
    hint: 'Its history, schema and properties can be read; run a query on Spark for the rows.',
  })
}

/** How columns of data files are found. Some writers name the feature for writers only, so the metadata decides. */
export function columnMappingOf(
  { minReaderVersion, writerFeatures }: Protocol,
  configuration: Readonly<Record<string, string>>,
): 'none' | 'name' | 'id' {
  if (minReaderVersion < 2 && !writerFeatures.includes('columnMapping')) return 'none'
  const mode = configuration['delta.columnMapping.mode']
  return mode === 'name' || mode === 'id' ? mode : 'none'
}
