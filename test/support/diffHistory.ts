import { add, logInMemory, metadata, protocol, remove, type LogInMemory } from './deltaLog.ts'
import { encodeZ85, native, roaring64 } from './deletionVectors.ts'
import { parquetFile } from './parquetFile.ts'

export type Row = { readonly id: number; readonly v: string | null }

/** Fields of a table of {@link Row}s. */
export const rowSchema = {
  schemaString: JSON.stringify({
    type: 'struct',
    fields: [
      { name: 'id', type: 'long', nullable: true, metadata: {} },
      { name: 'v', type: 'string', nullable: true, metadata: {} },
    ],
  }),
}

interface ModelFile {
  readonly path: string
  readonly size: number
  readonly rows: readonly Row[]
  readonly deleted: readonly number[]
}

/** A file of rows, put into a store. */
export async function putRows({ store }: LogInMemory, path: string, rows: readonly Row[], types?: readonly string[]): Promise<number> {
  const bytes = parquetFile([
    { name: 'id', type: 'long', values: rows.map(row => row.id) },
    { name: 'v', type: 'string', values: rows.map(row => row.v) },
    ...(types ? [{ name: '_change_type', type: 'string', values: types } as const] : []),
  ])
  await store.put(`t/${path}`, bytes)
  return bytes.byteLength
}

/** An inline deletion vector; none for no rows. */
export function inlineVector(rows: readonly number[]): object {
  if (rows.length === 0) return {}
  const bytes = roaring64(rows, native)
  const descriptor = { storageType: 'i', pathOrInlineDv: encodeZ85(bytes), sizeInBytes: bytes.byteLength, cardinality: rows.length }
  return { deletionVector: descriptor }
}

/** A table in memory with a random history, what its rows are at each version, and the same log without change data. */
export class DiffHistory {
  readonly log = logInMemory()
  readonly plainLog = logInMemory()
  readonly versions: (readonly Row[])[] = []
  readonly story: string[] = []
  readonly #random: () => number
  readonly #states: (readonly ModelFile[])[] = []
  #files: readonly ModelFile[] = []
  #names = 0

  constructor(random: () => number) {
    this.#random = random
  }

  async tell(steps: number): Promise<void> {
    await this.#commit('create', [protocol, metadata({}, rowSchema)], this.#files)
    const all = [
      () => this.#append(),
      () => this.#append(),
      () => this.#update(),
      () => this.#update(),
      () => this.#delete(),
      () => this.#delete(),
      () => this.#drop(),
      () => this.#optimize(),
      () => this.#restore(),
    ]
    for (let i = 0; i < steps; i += 1) await all[this.#below(all.length)]?.()
  }

  async #append(): Promise<void> {
    const file = await this.#write(Array.from({ length: 1 + this.#below(6) }, () => this.#row()))
    await this.#commit('append', [added(file)], [...this.#files, file])
  }

  /** Rewrites a file; leaves change data half of the time. */
  async #update(): Promise<void> {
    const file = this.#pick()
    if (!file) return await this.#append()
    const live = liveRows(file)
    const changes = live.map(row => (this.#below(2) === 0 ? { before: row, after: { ...row, v: this.#row().v } } : undefined))
    const next = await this.#write(live.map((row, i) => changes[i]?.after ?? row))
    const told = changes.filter(change => change !== undefined)
    const rows = told.flatMap(({ before, after }) => [before, after])
    const types = told.flatMap(() => ['update_preimage', 'update_postimage'])
    const cdc = this.#below(2) === 0 ? [await this.#change(rows, types)] : []
    await this.#commit('update', [removed(file), added(next), ...cdc], [...this.#files.filter(each => each !== file), next])
  }

  /** Deletes rows by a deletion vector; leaves change data half of the time. */
  async #delete(): Promise<void> {
    const file = this.#pick()
    if (!file) return await this.#append()
    const more = file.rows.map((_, i) => i).filter(i => !file.deleted.includes(i) && this.#below(3) === 0)
    if (more.length === 0) return await this.#append()
    const next = { ...file, deleted: [...file.deleted, ...more].toSorted((a, b) => a - b) }
    const rows = more.flatMap(i => file.rows[i] ?? [])
    const cdc =
      this.#below(2) === 0
        ? [
            await this.#change(
              rows,
              rows.map(() => 'delete'),
            ),
          ]
        : []
    await this.#commit('delete', [added(next), removed(file), ...cdc], [...this.#files.filter(each => each !== file), next])
  }

  async #drop(): Promise<void> {
    const file = this.#pick()
    if (!file) return await this.#append()
    await this.#commit(
      'drop',
      [removed(file)],
      this.#files.filter(each => each !== file),
    )
  }

  async #optimize(): Promise<void> {
    const [a, b] = this.#files
    if (!a || !b) return await this.#append()
    const next = await this.#write([...liveRows(a), ...liveRows(b)])
    const actions = [a, b].map(file => removed(file, false))
    await this.#commit('optimize', [...actions, added(next, false)], [...this.#files.filter(each => each !== a && each !== b), next])
  }

  async #restore(): Promise<void> {
    const target = this.#states[this.#below(this.#states.length)] ?? []
    const gone = this.#files.filter(file => !target.includes(file))
    const back = target.filter(file => !this.#files.includes(file))
    await this.#commit('restore', [...gone.map(file => removed(file)), ...back.map(file => added(file))], target)
  }

  async #commit(what: string, actions: readonly object[], files: readonly ModelFile[]): Promise<void> {
    const version = this.versions.length
    this.story.push(what)
    this.#files = files
    this.#states.push(files)
    this.versions.push(files.flatMap(liveRows))
    await this.log.commit(version, actions)
    await this.plainLog.commit(
      version,
      actions.filter(action => !('cdc' in action)),
    )
  }

  async #write(rows: readonly Row[]): Promise<ModelFile> {
    const path = `f${(this.#names += 1)}.parquet`
    const size = await putRows(this.log, path, rows)
    await putRows(this.plainLog, path, rows)
    return { path, size, rows, deleted: [] }
  }

  async #change(rows: readonly Row[], types: readonly string[]): Promise<object> {
    const path = `_change_data/c${(this.#names += 1)}.parquet`
    const size = await putRows(this.log, path, rows, types)
    return { cdc: { path, size, partitionValues: {}, dataChange: false } }
  }

  #pick(): ModelFile | undefined {
    return this.#files[this.#below(this.#files.length)]
  }

  #row(): Row {
    const letter = this.#below(5)
    return { id: this.#below(8), v: letter === 4 ? null : 'abcd'.charAt(letter) }
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit)
  }
}

function added({ path, size, rows, deleted }: ModelFile, dataChange = true): object {
  return add(path, { size, stats: JSON.stringify({ numRecords: rows.length }), dataChange, ...inlineVector(deleted) })
}

function removed({ path, deleted }: ModelFile, dataChange = true): object {
  return remove(path, { dataChange, ...inlineVector(deleted) })
}

function liveRows({ rows, deleted }: ModelFile): readonly Row[] {
  return rows.filter((_, i) => !deleted.includes(i))
}
