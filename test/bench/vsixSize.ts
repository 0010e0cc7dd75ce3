import { statSync } from 'node:fs'
import { rowWithoutPeer, type BenchRow } from './row.ts'

/** The size of the package that `npm run package` made, in 10⁶ bytes. */
export async function benchVsixSize(): Promise<readonly BenchRow[]> {
  return [rowWithoutPeer('vsix-size', statSync('build/dataflow-lab.vsix').size / 1e6, 'MB')]
}
