import { access, readFile, statfs } from 'node:fs/promises'
import { totalmem } from 'node:os'
import { dirname } from 'node:path'
import type { DiskFacts, MachineFacts } from '#doctor/facts.ts'
import type { DiskUse } from '#doctor/finding.ts'

/** Memory and limits of this machine. */
export async function seeMachine(): Promise<MachineFacts> {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '') // elsewhere than on Linux
  const hard = /^Max open files\s+\S+\s+(\d+)/m.exec(limits)?.[1]
  // Of a container that this runs in; without one it is none, or beyond all memory.
  const own = process.constrainedMemory() || Infinity
  return { memoryBytes: Math.min(totalmem(), own), fileLimit: hard === undefined ? null : Number(hard) }
}

/** What is free where each of these folders is or will be, the engine's only where it is there. Two of one disk count once. */
export async function seeDisks(folders: readonly { readonly what: DiskUse; readonly folder: string }[]): Promise<readonly DiskFacts[]> {
  const seen = await Promise.all(
    folders.map(async ({ what, folder }) => {
      const path = await nearest(folder)
      // A virtual machine's folder is not here.
      if (what === 'engine' && path !== folder) return []
      const { bavail, bsize, type, blocks } = await statfs(path)
      return [{ what, folder, free: bavail * bsize, disk: `${type}:${blocks}:${bsize}` }]
    }),
  )
  return seen
    .flat()
    .filter(({ disk }, index, all) => all.findIndex(other => other.disk === disk) === index)
    .map(({ what, folder, free }) => ({ what, folder, free }))
}

/** The folder itself, or the one above it that is there. */
export async function nearest(folder: string): Promise<string> {
  for (let path = folder; ; path = dirname(path)) {
    const isThere = await access(path).then(
      () => true,
      () => false,
    )
    if (isThere || path === dirname(path)) return path
  }
}
