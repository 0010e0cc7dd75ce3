import { randomUUID } from 'node:crypto'
import { access, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Clock } from '#base/clock.ts'
import { withLock } from '#process/lockFile.ts'

const halfEnding = '.part-'

/** A step of an installation; `done` of `total` where that is known. */
export interface InstallProgress {
  readonly step: string
  readonly done?: number
  readonly total?: number
}

/** What every installing function takes. */
export interface InstallContext {
  readonly env: Readonly<Record<string, string>>
  /** Where everything is put; see `findPlaces`. */
  readonly cache: string
  readonly clock: Clock
  readonly report: (progress: InstallProgress) => void
}

/**
 * A folder that is complete or not there: made in a temporary folder beside it and renamed at the end. Made once, whoever asks:
 * other processes wait for the one that makes it.
 */
export async function installOnce(
  folder: string,
  { clock, report, make }: Pick<InstallContext, 'clock' | 'report'> & { make: (temporary: string) => Promise<void> },
  signal: AbortSignal,
): Promise<string> {
  if (await exists(folder)) return folder
  const onWait = (): void => report({ step: 'Waiting for another installation' })
  await withLock(`${folder}.lock`, { clock, signal, onWait }, async () => {
    if (await exists(folder)) return
    await removeHalves(folder)
    const temporary = `${folder}${halfEnding}${randomUUID().slice(0, 8)}`
    try {
      await mkdir(temporary)
      await make(temporary)
      signal.throwIfAborted()
      await rename(temporary, folder)
    } finally {
      await rm(temporary, { recursive: true, force: true })
    }
  })
  return folder
}

/** What a process that was killed has left. */
async function removeHalves(folder: string): Promise<void> {
  const halves = (await readdir(dirname(folder))).filter(name => name.startsWith(`${basename(folder)}${halfEnding}`))
  for (const name of halves) await rm(join(dirname(folder), name), { recursive: true, force: true })
}

export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
