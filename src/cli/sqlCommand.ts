import { createCollector } from '#arrow/collect.ts'
import { fromProblem } from '#base/errors.ts'
import type { Command } from './args.ts'
import { openRowSink, type RowSink } from './rowSink.ts'
import { withSink, type Run } from './tableCommands.ts'

const session = 'command line'

/** Runs SQL on Spark and prints the result of the last statement. Stopping the command stops the statement at the server. */
export async function sql(command: Command & { readonly kind: 'sql' }, { format, lab, io, signal }: Run): Promise<void> {
  const { statements } = lab.lakehouse
  const connection = await lab.sparkConnection(signal)
  const text = command.text === '-' ? await io.readInput() : command.text
  const sink = lazySink(() => openRowSink(format, { before: () => ({}), rows: 'arrays' }, io))
  try {
    await withSink(sink, async () => {
      const options = { connection, notebookId: session, limitRows: command.limit }
      let isLast = false
      let rows = 0
      for await (const event of statements.run(text, options, signal)) {
        if (event.kind === 'started') isLast = event.index === event.of - 1
        else if (event.kind === 'failed') throw fromProblem(event.problem)
        else if (event.kind === 'reconnecting') io.tell('The connection was lost; taking it up again.')
        else if (event.kind === 'progress') io.flash(`${event.progress.tasksDone} of ${event.progress.tasks} tasks`)
        else if (event.kind === 'batch' && isLast) {
          if (rows < command.limit || event.offset === 0) await sink.add(firstRows(event.arrow, command.limit - rows, event.rows))
          rows += event.rows
        }
      }
      return rows > command.limit
    })
  } finally {
    await statements.release(session)
  }
}

function firstRows(arrow: Uint8Array, most: number, rows: number): Uint8Array {
  if (rows <= most) return arrow
  const collector = createCollector({ rows: most, bytes: Infinity })
  collector.add(arrow)
  return collector.collected()?.arrow ?? arrow
}

/** Opens the sink when the first rows have come, so that a failure before leaves no file and no half document. */
function lazySink(open: () => Promise<RowSink>): RowSink {
  let sink: RowSink | undefined
  return {
    add: async arrow => {
      sink ??= await open()
      await sink.add(arrow)
    },
    end: async truncated => {
      sink ??= await open()
      await sink.end(truncated)
    },
    abandon: async () => await sink?.abandon(),
  }
}
