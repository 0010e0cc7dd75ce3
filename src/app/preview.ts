import { LakehouseError } from '#base/errors.ts'
import type { At } from '#delta/types.ts'
import type { PreviewHost } from '#protocol/preview.ts'
import { locationOf, nameOf, type Place } from './place.ts'
import type { TableReads } from './tableReads.ts'

/** The part of a preview that needs no editor: one table, read version by version. */
export type Preview = Omit<PreviewHost, 'copy'>

export function createPreview(place: Place, reads: TableReads): Preview {
  return {
    open: async ({ version }, signal, report) => {
      const table = await reads.header({ place, at: at(version) }, signal, report)
      return {
        name: table.name ?? nameOf(place),
        location: locationOf(place),
        version: table.version,
        latestVersion: table.latestVersion,
        partitionColumns: table.partitionColumns,
      }
    },
    listVersions: async ({ before, limit }, signal) => {
      const page = await reads.history({ place, limit, ...(before === null ? {} : { before }) }, signal)
      return {
        versions: page.entries.map(({ version, timestamp, operation, readable }) => ({ version, timestamp, operation, readable })),
        more: page.more,
      }
    },
    readPage: async ({ version, offset, limit, filter }, signal, report) => {
      const rows = { offset, limit, ...(filter === null ? {} : { filter }) }
      const page = await reads.rows({ place, at: { version }, rows }, signal, report)
      if (page.truncated && page.rows < limit) throw tooLarge(limit)
      return { arrow: page.arrow, rows: page.rows, warnings: page.warnings }
    },
    countRows: async ({ version }, signal) => ({ rows: (await reads.describe({ place, at: { version } }, signal)).numRecords }),
  }
}

function tooLarge(rows: number): LakehouseError {
  return new LakehouseError('exhausted', `A page of ${rows} rows of this table is more than 1 GiB.`, {
    hint: 'Read fewer columns: dataflow rows TABLE --columns a,b',
  })
}

function at(version: number | null): At {
  return version === null ? {} : { version }
}
