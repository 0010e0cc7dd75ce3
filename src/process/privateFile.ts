import { randomUUID } from 'node:crypto'
import { chmod, mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Makes a folder that only its owner may enter. */
export async function privateFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await chmod(folder, 0o700)
}

/** Writes a file that only its owner may read; another process sees the old text or the new one, never a part. */
export async function writePrivateFile(file: string, text: string): Promise<void> {
  await privateFolder(dirname(file))
  await replaceFile(file, text, 0o600)
}

/** Gives a file another text, all of it or none of it: a full disk costs nothing that was there. */
export async function replaceFile(file: string, text: string, mode: number): Promise<void> {
  const half = `${file}.${randomUUID()}`
  try {
    const handle = await open(half, 'wx', mode)
    try {
      await handle.writeFile(text)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(half, file)
  } catch (error) {
    await rm(half, { force: true })
    throw error
  }
}

/** The JSON value in a file; undefined when there is no file or it holds something else. */
export async function readJsonFile(file: string): Promise<unknown> {
  const text = await readTextFile(file)
  if (text === undefined) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return value
  } catch {
    return undefined // torn by a full disk or edited by hand: as good as absent
  }
}

/** The text of a file; undefined when there is none. */
async function readTextFile(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return undefined
    throw error
  }
}
