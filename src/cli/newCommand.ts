import { resolve } from 'node:path'
import { shellWord } from '#base/shellWord.ts'
import type { Command } from './args.ts'
import type { Run } from './tableCommands.ts'

/** Writes a lakehouse project and names its files. */
export async function newProject({ folder }: Command & { readonly kind: 'new' }, { format, lab, io, signal }: Run): Promise<void> {
  const root = resolve(io.workingFolder, folder)
  const files = await lab.lakehouse.createProject(root, signal)
  if (format.kind === 'json') return await io.out(`${JSON.stringify({ folder: root, files })}\n`)
  await io.out(files.map(file => `${file}\n`).join(''))
  io.tell(`The project is in ${root}. Start it: dataflow stack up --project ${shellWord(root)}`)
}
