import { open, type FileHandle } from 'node:fs/promises'

const blockBytes = 64 * 1024
/** What a tail holds of one log at most. */
const longestTail = 16 * 1024 * 1024

/** A place in one file, whatever its name is by now. */
export interface LogPosition {
  readonly inode: number
  readonly offset: number
}

export interface LogEnd {
  readonly lines: readonly string[]
  /** The end of the last line is still to come. */
  readonly isOpen: boolean
  /** Epoch ms of the last writing. */
  readonly writtenAt: number
  /** Where the first line after them begins; at the beginning of the last one where that is incomplete. */
  readonly position: LogPosition
}

/** The last lines of a log; undefined when there is none. Reads no more than it needs, and at most 16 MiB. */
export async function logEnd(file: string, lines: number): Promise<LogEnd | undefined> {
  const handle = await open(file, 'r').catch(() => undefined)
  if (!handle) return undefined
  try {
    const { size, ino, mtimeMs } = await handle.stat()
    const bytes = await lastBytes(handle, size, lines)
    const complete = bytes.lastIndexOf(10) + 1
    const text = bytes.toString('utf8')
    const all = text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/)
    const position = { inode: ino, offset: size - bytes.length + complete }
    return { lines: lines === 0 ? [] : all.slice(-lines), isOpen: complete < bytes.length, writtenAt: mtimeMs, position }
  } finally {
    await handle.close()
  }
}

/** The end of a log as one text, for people; empty when there is none. */
export async function logTail(file: string, lines: number): Promise<string> {
  const end = await logEnd(file, lines)
  return end?.lines.join('\n').trimEnd() ?? ''
}

/** The end of a file with at least so many lines, where it has them. */
async function lastBytes(handle: FileHandle, size: number, lines: number): Promise<Buffer> {
  const blocks: Buffer[] = []
  let start = size
  for (let found = 0; start > 0 && found <= lines && size - start < longestTail;) {
    const length = Math.min(blockBytes, start)
    start -= length
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, start)
    blocks.unshift(buffer.subarray(0, bytesRead))
    found += countLines(buffer)
  }
  return Buffer.concat(blocks)
}

function countLines(bytes: Buffer): number {
  let count = 0
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) count += 1
  return count
}
