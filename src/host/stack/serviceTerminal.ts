import * as vscode from 'vscode'
import { asError } from '#base/errors.ts'
import type { ServiceShell, ShellStream, TerminalSize } from '#stack/engine.ts'

/** A terminal in a service, already shown. */
export function openTerminal(name: string, shell: ServiceShell): vscode.Terminal {
  const terminal =
    shell.kind === 'process'
      ? // Its environment has the keys of the stack, and VS Code would keep it on disk for the next window.
        vscode.window.createTerminal({ name, cwd: shell.folder, env: { ...shell.env }, isTransient: true })
      : vscode.window.createTerminal({ name, pty: terminalOf(shell) })
  terminal.show()
  return terminal
}

/** The bytes of a shell behind an engine as a terminal of VS Code; closing it ends the shell. */
export function terminalOf(shell: ServiceShell & { readonly kind: 'stream' }): vscode.Pseudoterminal {
  const written = new vscode.EventEmitter<string>()
  const closed = new vscode.EventEmitter<number | undefined>()
  const closing = new AbortController()
  const encoder = new TextEncoder()
  let stream: ShellStream | undefined
  let size: TerminalSize = { columns: 80, rows: 24 }

  async function run(): Promise<void> {
    stream = await shell.open(size, closing.signal)
    if (closing.signal.aborted) return stream.dispose()
    const decoder = new TextDecoder()
    for await (const bytes of stream.output) written.fire(decoder.decode(bytes, { stream: true }))
    closed.fire((await stream.exit) ?? undefined)
  }

  function fail(error: unknown): void {
    if (closing.signal.aborted) return
    written.fire(`\r\n${asError(error).message}\r\n`)
    closed.fire(1)
  }

  return {
    onDidWrite: written.event,
    onDidClose: closed.event,
    open: dimensions => {
      if (dimensions) size = dimensions
      void run().catch(fail)
    },
    handleInput: text => stream?.write(encoder.encode(text)),
    setDimensions: dimensions => {
      size = dimensions
      void stream?.resize(dimensions).catch(fail)
    },
    close: () => {
      closing.abort()
      stream?.dispose()
      written.dispose()
      closed.dispose()
    },
  }
}
