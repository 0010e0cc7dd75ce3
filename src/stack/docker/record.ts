import { join } from 'node:path'
import { countOr, isWire, textMap } from '#base/wire.ts'
import { readJsonFile, writePrivateFile } from '#process/privateFile.ts'

/** What the engine itself does not keep. */
export interface DockerRecord {
  /** Containers that were asked to end, by id, and when they did: their exit code is no failure. */
  readonly stopped: Readonly<Record<string, string>>
  /** How many of a service were asked for while the definition said `of`. */
  readonly scales: Readonly<Record<string, { readonly count: number; readonly of: number }>>
}

const empty: DockerRecord = { stopped: {}, scales: {} }

/** `docker.json` in the stack's folder. Changes of one process come after each other; a lock keeps other processes out. */
export class RecordFile {
  readonly #file: string
  #last: Promise<unknown> = Promise.resolve()

  constructor(folder: string) {
    this.#file = join(folder, 'docker.json')
  }

  async read(): Promise<DockerRecord> {
    return parseRecord(await readJsonFile(this.#file))
  }

  change(edit: (record: DockerRecord) => DockerRecord): Promise<void> {
    const done = this.#last.then(async () => {
      const before = await this.read()
      const after = edit(before)
      if (JSON.stringify(after) !== JSON.stringify(before)) await writePrivateFile(this.#file, JSON.stringify(after))
    })
    this.#last = done.catch(() => undefined)
    return done
  }
}

function parseRecord(value: unknown): DockerRecord {
  if (!isWire(value)) return empty
  const scales = Object.entries(isWire(value['scales']) ? value['scales'] : {}).flatMap(([name, scale]) => {
    const count = isWire(scale) ? countOr(scale, 'count') : undefined
    const of = isWire(scale) ? countOr(scale, 'of') : undefined
    return count === undefined || of === undefined ? [] : [[name, { count, of }] as const]
  })
  return { stopped: textMap(value['stopped']), scales: Object.fromEntries(scales) }
}
