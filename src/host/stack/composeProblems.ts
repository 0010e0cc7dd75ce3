import { basename, dirname } from 'node:path'
import * as vscode from 'vscode'
import type { Diagnostic } from '#compose/project.ts'
import { DisposableStore, MutableDisposable, type Disposable } from '#base/disposable.ts'
import { asError } from '#base/errors.ts'
import type { HostDeps } from '#host/deps.ts'
import type { StackWatch } from './stackWatch.ts'

/** Problems of the folder's compose files, while one of them is open or the stack is looked at; follows what is typed. */
export function createComposeProblems({ lakehouse, log }: Pick<HostDeps, 'lakehouse' | 'log'>, watch: StackWatch): Disposable {
  const store = new DisposableStore()
  const shown = store.add(vscode.languages.createDiagnosticCollection('dataflow-compose'))
  const waiting = store.add(new MutableDisposable<Disposable>())
  const reading = store.add(new MutableDisposable<Disposable>())
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri
  if (folder?.scheme !== 'file') return store

  const openFiles = (): readonly vscode.TextDocument[] =>
    vscode.workspace.textDocuments.filter(({ uri }) => isOfProject(uri, folder.fsPath))

  async function check(signal: AbortSignal): Promise<void> {
    const unsaved = new Map(openFiles().map(document => [document.uri.fsPath, document.getText()]))
    const { compose } = await lakehouse()
    const { errors, warnings } = await compose(unsaved, signal)
    if (signal.aborted) return
    shown.clear()
    const drawn = new Map<string, vscode.Diagnostic[]>()
    const draw =
      (severity: vscode.DiagnosticSeverity) =>
      (diagnostic: Diagnostic): void => {
        drawn.set(diagnostic.file, [...(drawn.get(diagnostic.file) ?? []), problemOf(diagnostic, severity)])
      }
    errors.forEach(draw(vscode.DiagnosticSeverity.Error))
    warnings.forEach(draw(vscode.DiagnosticSeverity.Warning))
    for (const [file, problems] of drawn) shown.set(vscode.Uri.file(file), problems)
  }

  function checkNow(): void {
    if (!watch.state && openFiles().length === 0) {
      shown.clear()
      return
    }
    const closing = new AbortController()
    reading.value = { dispose: () => closing.abort() }
    void check(closing.signal).catch((error: unknown) => {
      if (!closing.signal.aborted) log.debug(asError(error).message)
    })
  }

  function checkSoon({ uri }: Pick<vscode.TextDocument, 'uri'>): void {
    if (!isOfProject(uri, folder?.fsPath ?? '')) return
    const timer = setTimeout(checkNow, pauseMs)
    waiting.value = { dispose: () => clearTimeout(timer) }
  }

  let known = ''
  store.add(
    watch.onDidChange(({ kind }) => {
      const isInvalid = String(kind === 'failed')
      if (isInvalid !== known) checkNow()
      known = isInvalid
    }),
  )
  store.add(vscode.workspace.onDidOpenTextDocument(checkSoon))
  store.add(vscode.workspace.onDidSaveTextDocument(checkSoon))
  store.add(vscode.workspace.onDidCloseTextDocument(checkSoon))
  store.add(vscode.workspace.onDidChangeTextDocument(({ document }) => checkSoon(document)))
  if (openFiles().length > 0) checkNow()
  return store
}

/** A compose file, an override or `.env` right in the folder. */
function isOfProject({ scheme, fsPath }: vscode.Uri, folder: string): boolean {
  return scheme === 'file' && dirname(fsPath) === folder && /^(?:(?:docker-)?compose(?:\.override)?\.ya?ml|\.env)$/.test(basename(fsPath))
}

function problemOf({ line, column, message }: Diagnostic, severity: vscode.DiagnosticSeverity): vscode.Diagnostic {
  const drawn = new vscode.Diagnostic(new vscode.Range(line - 1, column - 1, line - 1, endOfLine), message, severity)
  drawn.source = 'DataFlow Lab'
  return drawn
}

const pauseMs = 400
/** VS Code ends a range at the end of its line. */
const endOfLine = 10_000
