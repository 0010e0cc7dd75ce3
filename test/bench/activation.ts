import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import type { ActivationReport } from './host/activation.ts'
import { runHostBench } from './hostBench.ts'
import { median, rowWithoutPeer, type BenchRow } from './row.ts'

const runs = 10

/**
 * The median over ten fresh extension hosts of the time from the call of `activate()` on the not yet loaded extension to its end.
 * @throws Error when activation loads another file than our bundle, or touches a file, socket, process or thread
 */
export async function benchActivation(): Promise<readonly BenchRow[]> {
  const workspace = mkdtempSync(join(tmpdir(), 'dfbench-'))
  const times: number[] = []
  try {
    for (let run = 0; run < runs; run++) times.push(await activateOnce(workspace))
  } finally {
    rmSync(workspace, { recursive: true, force: true })
  }
  process.stderr.write(`activation, ms: ${times.map(ms => ms.toFixed(1)).join(' ')}\n`)
  return [rowWithoutPeer('activation', median(times), 'ms')]
}

async function activateOnce(workspace: string): Promise<number> {
  // SAFETY: host/activation.ts wrote it.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const { ms, loaded, touched } = (await runHostBench('activation', workspace)) as ActivationReport
  // VS Code may be starting an extension of its own at the same time.
  const files = loaded.map(file => relative(process.cwd(), file)).filter(file => !file.startsWith('..'))
  if (files.join() !== 'dist/extension.cjs') throw new Error(`Activation loaded ${files.join(', ') || 'nothing'}.`)
  if (touched.length > 0) throw new Error(`Activation touched ${touched.join(', ')}.`)
  return ms
}
