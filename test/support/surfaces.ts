import * as vscode from 'vscode'
import type { Surfaces } from '../../src/extension.ts'

/** The activated extension, inside its extension host. */
export async function activateSurfaces(): Promise<Surfaces> {
  const extension = vscode.extensions.getExtension<Surfaces>('dataflow-lab.dataflow-lab')
  if (!extension) throw new Error('The extension is not installed.')
  return await extension.activate()
}
