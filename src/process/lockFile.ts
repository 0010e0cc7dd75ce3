import { randomUUID } from 'node:crypto'
import { link, mkdir, open, rm, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Clock } from '#base/clock.ts'
import { asError, LakehouseError } from '#base/errors.ts'
import { isAlive, self, type ProcessId } from './processId.ts'
import { readJsonFile } from './privateFile.ts'

const pollMs = 200
/** Longer than any taking over lasts; a guard or a torn lock older than this has no owner. */
const abandonedMs = 10_000

export interface LockOptions {
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Called once, when another process has the lock. */
  readonly onWait?: () => void
}

/**
 * Runs a task while no other task of any process holds the same lock file; waits its turn. A lock whose process has died is
 * taken over.
 *
 * @throws LakehouseError `denied` where the lock cannot be written
 */
export async function withLock<T>(file: string, options: LockOptions, task: () => Promise<T>): Promise<T> {
  const mine = `${file}.${randomUUID()}`
  const owner = JSON.stringify(await self())
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 })
    await writeFile(mine, owner, { mode: 0o600 })
  } catch (cause) {
    throw new LakehouseError('denied', `Cannot write below ${dirname(file)}: ${asError(cause).message}.`, {
      hint: 'Check who may write there, and whether the disk has room.',
      cause,
    })
  }
  try {
    await acquire(file, mine, options)
  } finally {
    await rm(mine, { force: true })
  }
  try {
    return await task()
  } finally {
    await rm(file, { force: true })
  }
}

/** Whether a living process holds the lock. */
export async function isLocked(file: string): Promise<boolean> {
  const owner = parseOwner(await readJsonFile(file))
  return owner !== undefined && (await isAlive(owner))
}

/** A link to a complete file appears at once or not at all, so nobody reads half an owner. */
async function acquire(file: string, mine: string, { clock, signal, onWait }: LockOptions): Promise<void> {
  for (let isFirst = true; ; isFirst = false) {
    signal.throwIfAborted()
    if (await succeeds(link(mine, file))) return
    if (await isAbandoned(file, clock)) await takeAway(file, clock)
    else {
      if (isFirst) onWait?.()
      await clock.sleep(pollMs, signal)
    }
  }
}

async function isAbandoned(file: string, clock: Clock): Promise<boolean> {
  const owner = parseOwner(await readJsonFile(file))
  return owner ? !(await isAlive(owner)) : isOld(file, clock)
}

/** Under a guard, because the one who looks second would else remove the lock of the one who looked first. */
async function takeAway(file: string, clock: Clock): Promise<void> {
  const guard = `${file}.takeover`
  if (!(await succeeds(open(guard, 'wx').then(handle => handle.close())))) {
    if (await isOld(guard, clock)) await rm(guard, { force: true })
    else await clock.sleep(pollMs)
    return
  }
  try {
    if (await isAbandoned(file, clock)) await rm(file, { force: true })
  } finally {
    await rm(guard, { force: true })
  }
}

async function isOld(file: string, clock: Clock): Promise<boolean> {
  try {
    return clock.now() - (await stat(file)).mtimeMs > abandonedMs
  } catch {
    return false // gone: whoever comes first may have it
  }
}

/** False when the name is taken. */
async function succeeds(attempt: Promise<void>): Promise<boolean> {
  try {
    await attempt
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

function parseOwner(value: unknown): ProcessId | undefined {
  if (typeof value !== 'object' || value === null || !('pid' in value) || !('started' in value)) return undefined
  const { pid, started } = value
  return typeof pid === 'number' && typeof started === 'string' ? { pid, started } : undefined
}
