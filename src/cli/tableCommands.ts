import { locationOf, nameOf } from '#app/place.ts'
import type { At, FilesPage, RowsRequest } from '#delta/types.ts'
import type { Command, Format } from './args.ts'
import { TextOut, type Io } from './io.ts'
import type { Lab } from './lab.ts'
import { openRowSink, type RowSink } from './rowSink.ts'
import { alignedLines, describeLines, fileLine, historyLine } from './textOutput.ts'

type Of<K extends Command['kind']> = Command & { readonly kind: K }

const historyPage = 10_000
const rowsPage = 100_000
const filesPage = 10_000

export async function tables(command: Of<'tables'>, { format, lab, io, signal }: Run): Promise<void> {
  await lab.at(
    command.root,
    async root => {
      const list = new JsonList(format, io)
      const lines: (readonly string[])[] = []
      for await (const { place, latestVersion, problem } of lab.lakehouse.tables(root, signal)) {
        const path = locationOf(place)
        await list.add({ path, name: nameOf(place), latestVersion, error: problem })
        lines.push([path, problem ? `cannot be read: ${problem.message}` : `version ${latestVersion}`])
      }
      await list.end()
      if (format.kind === 'text') await io.out(alignedLines(lines))
      if (lines.length === 0) io.tell(`There is no Delta table below ${command.root}.`)
    },
    signal,
  )
}

export async function describe(command: Of<'describe'>, { format, lab, io, signal }: Run): Promise<void> {
  await lab.at(
    command.table,
    async place => {
      const description = await lab.lakehouse.reads.describe({ place, at: command.at }, signal)
      if (format.kind === 'json') await io.out(`${JSON.stringify(description)}\n`)
      else await io.out(describeLines(locationOf(place), description))
    },
    signal,
  )
}

export async function history(command: Of<'history'>, { format, lab, io, signal }: Run): Promise<void> {
  await lab.at(
    command.table,
    async place => {
      const list = new JsonList(format, io)
      const lines: (readonly string[])[] = []
      let left = command.limit
      let before: number | undefined
      do {
        const limit = Math.min(left, historyPage)
        const page = await lab.lakehouse.reads.history({ place, limit, ...(before === undefined ? {} : { before }) }, signal)
        for (const entry of page.entries) {
          await list.add(entry)
          lines.push(historyLine(entry))
        }
        left -= page.entries.length
        before = page.more ? page.entries.at(-1)?.version : undefined
      } while (before !== undefined && left > 0)
      await list.end()
      if (format.kind === 'text') await io.out(alignedLines(lines))
    },
    signal,
  )
}

export async function files(command: Of<'files'>, { format, lab, io, signal }: Run): Promise<void> {
  await lab.at(
    command.table,
    async place => {
      const list = new JsonList(format, io)
      const read = async (at: At, offset: number): Promise<FilesPage> =>
        await lab.lakehouse.reads.files({ place, at, offset, limit: filesPage }, signal)
      let page = await read(command.at, 0)
      tellWarnings(page.warnings, io)
      for (let offset = 0; ; page = await read({ version: page.version }, offset)) {
        for (const file of page.files) await list.add(file)
        if (format.kind === 'text') await io.out(alignedLines(page.files.map(fileLine)))
        offset += page.files.length
        if (page.files.length === 0 || offset >= page.total) break
      }
      await list.end()
    },
    signal,
  )
}

export async function rows(command: Of<'rows'>, { format, lab, io, signal }: Run): Promise<void> {
  const { table, at, limit } = command
  const read = lab.lakehouse.reads
  await lab.at(
    table,
    async place => {
      let page = await read.rows({ place, at, rows: wanted(command, 0) }, signal)
      const { version, schema } = page
      tellWarnings(page.warnings, io)
      await withSink(await openRowSink(format, { before: () => ({ version }), schema: () => schema, rows: 'records' }, io), async sink => {
        let offset = page.rows
        await sink.add(page.arrow)
        while (page.truncated && offset < limit && page.rows > 0) {
          page = await read.rows({ place, at: { version }, rows: wanted(command, offset) }, signal)
          offset += page.rows
          await sink.add(page.arrow)
        }
        return page.truncated
      })
    },
    signal,
  )
}

function tellWarnings(warnings: readonly string[], io: Io): void {
  for (const warning of warnings) io.tell(`Warning: ${warning}`)
}

function wanted({ limit, columns, filter }: Of<'rows'>, offset: number): RowsRequest {
  const page = { offset, limit: Math.min(limit - offset, rowsPage), ...(columns ? { columns } : {}) }
  return filter === undefined ? page : { ...page, filter }
}

/** What every command works with. */
export interface Run {
  readonly format: Format
  readonly lab: Lab
  readonly io: Io
  readonly signal: AbortSignal
}

/** Fills a sink and ends it; the task answers whether there is more. */
export async function withSink(sink: RowSink, task: (sink: RowSink) => Promise<boolean>): Promise<void> {
  let truncated
  try {
    truncated = await task(sink)
  } catch (error) {
    await sink.abandon()
    throw error
  }
  await sink.end(truncated)
}

/** An array of JSON, written as its items come; nothing in another format. */
class JsonList {
  readonly #out: TextOut | undefined
  #items = 0

  constructor(format: Format, io: Io) {
    this.#out = format.kind === 'json' ? new TextOut(io) : undefined
  }

  async add(item: unknown): Promise<void> {
    await this.#out?.write(`${this.#items === 0 ? '[\n' : ',\n'}${JSON.stringify(item)}`)
    this.#items += 1
  }

  async end(): Promise<void> {
    await this.#out?.write(this.#items === 0 ? '[]\n' : '\n]\n')
    await this.#out?.flush()
  }
}
