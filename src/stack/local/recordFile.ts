import { randomBytes } from 'node:crypto'
import { findMarked } from '#process/findMarked.ts'
import { readJsonFile, writePrivateFile } from '#process/privateFile.ts'
import type { StackSecrets } from '#stack/types.ts'
import { formatRecord, markVariable, parseRecord, type InstanceName, type Intent, type StackRecord } from './record.ts'

/** The discovery file on disk; changes of this process come one after another. */
export class RecordFile {
  readonly #file: string
  readonly #projectFolder: string
  #last: Promise<unknown> = Promise.resolve()

  constructor(file: string, projectFolder: string) {
    this.#file = file
    this.#projectFolder = projectFolder
  }

  async read(): Promise<StackRecord> {
    return parseRecord(await readJsonFile(this.#file))
  }

  /** Writes what `change` makes of it, unless that is the same object. */
  update(change: (record: StackRecord) => StackRecord | Promise<StackRecord>): Promise<StackRecord> {
    const turn = this.#last.then(async () => {
      const before = await this.read()
      const after = await change(before)
      if (after !== before) await writePrivateFile(this.#file, formatRecord(after, this.#projectFolder))
      return after
    })
    this.#last = turn.catch(() => undefined)
    return turn
  }
}

/** What became of starts whose starter has died: processes that run are taken as started, the rest is forgotten. */
export async function adopted(record: StackRecord, isOwn: (intent: Intent) => boolean): Promise<StackRecord> {
  const left = Object.entries(record.starting).filter(([, intent]) => !isOwn(intent))
  let now = record
  for (const [instance, intent] of left) {
    const { mark, ...started } = intent
    const process = await findMarked(markVariable, mark)
    now = withoutIntent(process ? { ...now, services: { ...now.services, [instance]: { process, ...started } } } : now, instance)
  }
  return now
}

export function withoutIntent(record: StackRecord, instance: InstanceName): StackRecord {
  const { [instance]: _, ...starting } = record.starting
  return { ...record, starting }
}

export function withoutService(record: StackRecord, instance: InstanceName): StackRecord {
  const { [instance]: _, ...services } = record.services
  return withoutIntent({ ...record, services }, instance)
}

/** Secrets that nobody could guess. */
export function newSecrets(): StackSecrets {
  const s3 = { accessKeyId: `DATAFLOW${randomHex(6).toUpperCase()}`, secretAccessKey: randomHex(20) }
  return { s3, sparkToken: randomHex(24) }
}

export function randomHex(bytes: number): string {
  return randomBytes(bytes).toString('hex')
}
