import * as vscode from 'vscode'
import type { Disposable } from '#base/disposable.ts'
import type { Problem } from '#base/errors.ts'

/** Where Spark found fault, marked in the cells; a mark goes when its cell runs again or its notebook closes. */
export interface CellProblems extends Disposable {
  /** Nothing is marked when Spark gave no place. */
  mark(cell: vscode.TextDocument, problem: Problem, offset: number): void
  clear(cell: vscode.Uri): void
}

export function createCellProblems(): CellProblems {
  let collection: vscode.DiagnosticCollection | undefined
  return {
    mark: (cell, problem, offset) => {
      const range = rangeOf(cell, problem, offset)
      if (!range) return
      const diagnostic = new vscode.Diagnostic(range, problem.message, vscode.DiagnosticSeverity.Error)
      diagnostic.source = 'Spark'
      const { sparkClass } = problem.details ?? {}
      if (typeof sparkClass === 'string') diagnostic.code = sparkClass
      collection ??= vscode.languages.createDiagnosticCollection('dataflow-spark')
      collection.set(cell.uri, [diagnostic])
    },
    clear: cell => collection?.delete(cell),
    dispose: () => collection?.dispose(),
  }
}

/** `start` and `end` of the problem count from the SQL, which begins at `offset` of the cell. */
function rangeOf(cell: vscode.TextDocument, { details }: Problem, offset: number): vscode.Range | undefined {
  const [start, end] = [details?.['start'], details?.['end']]
  if (typeof start !== 'number' || typeof end !== 'number') return undefined
  return new vscode.Range(cell.positionAt(offset + start), cell.positionAt(offset + Math.max(end, start + 1)))
}
