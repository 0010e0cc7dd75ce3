import type { DiffCommand } from './args.ts'
import { diffLines } from './diffOutput.ts'
import type { Run } from './tableCommands.ts'

export async function diff({ table, from, to, key, limit, mostBytes }: DiffCommand, { format, lab, io, signal }: Run): Promise<void> {
  await lab.at(
    table,
    async place => {
      const request = { place, from, to, key, sample: limit, mostBytes }
      const answer = await lab.lakehouse.reads.diff(request, signal)
      if (format.kind === 'json') await io.out(`${JSON.stringify(answer)}\n`)
      else await io.out(diffLines(answer, key))
    },
    signal,
  )
}
