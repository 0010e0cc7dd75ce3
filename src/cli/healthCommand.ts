import { locationOf } from '#app/place.ts'
import type { Command } from './args.ts'
import { healthText } from './healthText.ts'
import type { Run } from './tableCommands.ts'

/** Prints the health of a table. */
export async function health(command: Command & { readonly kind: 'health' }, { format, lab, io, signal }: Run): Promise<void> {
  const { table, at, retentionHours } = command
  await lab.at(
    table,
    async place => {
      const request = { place, at, ...(retentionHours === undefined ? {} : { retentionHours }) }
      const found = await lab.lakehouse.reads.health(request, signal)
      await io.out(format.kind === 'json' ? `${JSON.stringify(found)}\n` : healthText(locationOf(place), found))
    },
    signal,
  )
}
