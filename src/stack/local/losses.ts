import { folderSize } from '#stack/folderSize.ts'
import type { Loss } from '#stack/types.ts'

/** What of these paths is there, with all that is below. */
export async function lossesOf(paths: readonly string[], signal: AbortSignal): Promise<readonly Loss[]> {
  const losses: Loss[] = []
  for (const name of paths) {
    const bytes = await folderSize(name, signal)
    if (bytes !== undefined) losses.push({ kind: 'folder', name, bytes })
  }
  return losses
}
