import { open, type FileHandle } from 'node:fs/promises'
import { deltaSchema } from '#arrow/deltaSchema.ts'
import { decodeArrow, encodeArrow } from '#arrow/ipc.ts'
import { jsonRecords, jsonRows } from '#arrow/json.ts'
import { createSplice } from '#arrow/splice.ts'
import { textTable } from '#arrow/text.ts'
import { LakehouseError } from '#base/errors.ts'
import { unreachable } from '#base/unreachable.ts'
import type { Format } from './args.ts'
import { csvLine } from './csv.ts'
import { TextOut, type Io } from './io.ts'

/** Takes the rows of one result as complete Arrow IPC streams of one schema, the first also when it has no rows. */
export interface RowSink {
  add(arrow: Uint8Array): Promise<void>
  /** Once, at the end; `truncated` when there are more rows than came. */
  end(truncated: boolean): Promise<void>
  /** Instead of the end, after a failure. */
  abandon(): Promise<void>
}

/** How the JSON of a result looks around its rows. */
export interface JsonShape {
  /** Members before `schema`; known at the first batch. */
  readonly before: () => Readonly<Record<string, unknown>>
  /** The schema; that of the Arrow stream when absent. */
  readonly schema?: () => unknown
  /** Objects by column name, or arrays where names may repeat. */
  readonly rows: 'records' | 'arrays'
}

export async function openRowSink(format: Format, shape: JsonShape, io: Io): Promise<RowSink> {
  switch (format.kind) {
    case 'json':
      return jsonSink(shape, io)
    case 'csv':
      return csvSink(io)
    case 'text':
      return textSink(io)
    case 'arrow':
      return await arrowSink(format.file, io)
    default:
      return unreachable(format)
  }
}

function jsonSink(shape: JsonShape, io: Io): RowSink {
  const out = new TextOut(io)
  let rows = 0
  const begin = async (arrow: Uint8Array | undefined): Promise<void> => {
    const schema = shape.schema?.() ?? (arrow ? deltaSchema(decodeArrow(arrow).schema) : { type: 'struct', fields: [] })
    const head = JSON.stringify({ ...shape.before(), schema })
    await out.write(`${head.slice(0, -1)},"rows":[`)
  }
  let begun = false
  return {
    add: async arrow => {
      if (!begun) await begin(arrow)
      begun = true
      const table = decodeArrow(arrow)
      for (const row of shape.rows === 'records' ? jsonRecords(table) : jsonRows(table)) {
        await out.write(`${rows === 0 ? '\n' : ',\n'}${JSON.stringify(row)}`)
        rows += 1
      }
    },
    end: async truncated => {
      if (!begun) await begin(undefined)
      await out.write(`${rows === 0 ? '' : '\n'}],"truncated":${truncated}}\n`)
      await out.flush()
    },
    abandon: () => Promise.resolve(),
  }
}

function csvSink(io: Io): RowSink {
  const out = new TextOut(io)
  let begun = false
  return {
    add: async arrow => {
      const table = decodeArrow(arrow)
      if (!begun) await out.write(csvLine(table.schema.fields.map(field => field.name)))
      begun = true
      for (const row of jsonRows(table)) await out.write(csvLine(row))
    },
    end: async truncated => {
      await out.flush()
      tellCut(truncated, io)
    },
    abandon: () => Promise.resolve(),
  }
}

function textSink(io: Io): RowSink {
  const parts: Uint8Array[] = []
  return {
    add: async arrow => void parts.push(arrow),
    end: async truncated => {
      if (parts.length > 0) await io.out(`${textTable(encodeArrow(decodeArrow(parts)), Infinity)}\n`)
      tellCut(truncated, io)
    },
    abandon: () => Promise.resolve(),
  }
}

async function arrowSink(file: string, io: Io): Promise<RowSink> {
  const handle = file === '-' ? undefined : await create(file)
  const splice = createSplice()
  const write = async (bytes: Uint8Array): Promise<void> => {
    if (handle) await handle.writeFile(bytes)
    else await io.out(bytes)
  }
  return {
    add: async arrow => {
      for (const part of splice.add(arrow)) await write(part)
    },
    end: async truncated => {
      await write(splice.end())
      await handle?.close()
      tellCut(truncated, io)
    },
    abandon: async () => await handle?.close(),
  }
}

async function create(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'w')
  } catch (cause) {
    throw new LakehouseError('invalid', `Cannot write ${file}: ${cause instanceof Error ? cause.message : String(cause)}.`, { cause })
  }
}

function tellCut(truncated: boolean, io: Io): void {
  if (truncated) io.tell('There are more rows than these; --limit all gives all of them.')
}
