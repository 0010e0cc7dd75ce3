import assert from 'node:assert/strict'
import * as vscode from 'vscode'
import { fromBase64 } from '#base/bytes.ts'
import { readOutputMetadata } from '#protocol/result.ts'
import { outputsOf, runCell, showWithKernel, startCell, whenChanged, whenEnded } from '../support/notebookRun.ts'
import { activateSurfaces } from '../support/surfaces.ts'
import { requireStack, type TestStack } from '../support/testStack.ts'

const arrowMime = 'application/vnd.apache.arrow.stream'
/** About two minutes of one core, so that a broken test does not keep a stack busy. */
const longQuery = "SELECT count(*) FROM (SELECT sha2(CAST(id AS STRING), 512) AS h FROM range(0, 60000000, 1, 200)) WHERE h LIKE '%ffffff%'"
const cellTexts = [
  'SELECT id, concat("row ", id) AS text FROM range(3)',
  'CREATE OR REPLACE TEMP VIEW three AS SELECT 3 AS a; SELECT a FROM three; SELECT a + 1 AS b FROM three',
  'SELECT id FROM range(20000)',
  'SELECT 1;\nSELECT nothing FROM three',
  longQuery,
  '%%sql\nSELECT "magic" AS word',
]

describe('SQL cells on the running stack', () => {
  let stack: TestStack
  let notebook: vscode.NotebookDocument

  before(async function () {
    stack = requireStack(this)
    await activateSurfaces()
    const file = vscode.Uri.joinPath(vscode.Uri.file(stack.project), 'cells.ipynb')
    await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(JSON.stringify(notebookFile())))
    notebook = await vscode.workspace.openNotebookDocument(file)
    await showWithKernel(notebook)
  })

  after(async () => await vscode.commands.executeCommand('workbench.action.closeAllEditors'))

  it('put out rows as Arrow for the grid and as text for everybody else', async () => {
    assert.equal(await runCell(notebook, 0), true)
    const [output] = notebook.cellAt(0).outputs
    assert.deepEqual(
      output?.items.map(({ mime }) => mime),
      [arrowMime, 'text/plain'],
    )
    assert.equal(textOf(output, 'text/plain'), 'id | text\n---+------\n 0 | row 0\n 1 | row 1\n 2 | row 2')
    const { rows, cut } = readOutputMetadata(output?.metadata) ?? {}
    assert.deepEqual({ rows, cut }, { rows: 3, cut: null })
  })

  it('give one output a statement, in one session', async () => {
    assert.equal(await runCell(notebook, 1), true)
    const texts = outputsOf(notebook, 1).map(items => items.at(-1))
    assert.match(String(texts[0]), /^text\/plain: OK · \d/)
    assert.deepEqual(texts.slice(1), ['text/plain: a\n-\n3', 'text/plain: b\n-\n4'])
  })

  it('say that a result was cut', async () => {
    assert.equal(await runCell(notebook, 2), true)
    const [output] = notebook.cellAt(2).outputs
    const { rows, cut } = readOutputMetadata(output?.metadata) ?? {}
    assert.deepEqual({ rows, cut }, { rows: 10_000, cut: 'rows' })
    assert.match(textOf(output, 'text/plain'), /first 10,000 rows; there are more/)
  })

  it("show Spark's class, SQLSTATE and message, and mark the place", async () => {
    assert.equal(await runCell(notebook, 3), false)
    const error: unknown = JSON.parse(textOf(notebook.cellAt(3).outputs.at(-1), 'application/vnd.code.notebook.error'))
    assert.ok(typeof error === 'object' && error !== null && 'name' in error && 'message' in error)
    assert.match(String(error.name), /^UNRESOLVED_COLUMN\S* \(SQLSTATE 42703\)$/)
    assert.match(String(error.message), /`?nothing`?/)
    const { document } = notebook.cellAt(3)
    const [mark] = vscode.languages.getDiagnostics(document.uri)
    assert.ok(mark)
    assert.deepEqual([document.getText(mark.range), mark.range.start.line], ['nothing', 1])
  })

  it('show progress while they run, and end at the server when they are stopped', async () => {
    const ended = whenEnded(notebook, 4)
    const progress = whenChanged(notebook, () => /\d+\/200 tasks/.test(outputsOf(notebook, 4).join()))
    const started = startCell(notebook, 4)
    await progress
    assert.notDeepEqual(await activeJobs(stack), [])
    const stoppedAt = Date.now()
    await vscode.commands.executeCommand('notebook.cell.cancelExecution', { ranges: [{ start: 4, end: 5 }], document: notebook.uri })
    assert.equal(await ended, undefined)
    await started
    let left = await activeJobs(stack)
    while (left.length > 0 && Date.now() - stoppedAt < 2000) left = await activeJobs(stack)
    assert.deepEqual(left, [])
    assert.deepEqual(outputsOf(notebook, 4), [['text/plain: Stopped. Spark has ended the statement.']])
  })

  it('are %%sql cells of a Python notebook too', async () => {
    assert.equal(notebook.cellAt(5).document.languageId, 'sql')
    assert.equal(await runCell(notebook, 5), true)
    assert.deepEqual(outputsOf(notebook, 5)[0]?.at(-1), 'text/plain: word\n-----\nmagic')
  })

  it('reopen from the file with the same language, rows and metadata', async () => {
    const before = notebook.getCells().map(cellFacts)
    assert.equal(await notebook.save(), true)
    const copy = vscode.Uri.joinPath(vscode.Uri.file(stack.project), 'copy.ipynb')
    await vscode.workspace.fs.copy(notebook.uri, copy, { overwrite: true })
    const reopened = await vscode.workspace.openNotebookDocument(copy)
    assert.deepEqual(reopened.getCells().map(cellFacts), before)
    const arrow = fromBase64(textOf(reopened.cellAt(0).outputs[0], arrowMime))
    assert.deepEqual([...arrow.subarray(0, 4)], [255, 255, 255, 255])
  })
})

function notebookFile(): unknown {
  const cells = cellTexts.map(source => ({
    cell_type: 'code',
    execution_count: null,
    metadata: source.startsWith('%%sql') ? {} : { vscode: { languageId: 'sql' } },
    outputs: [],
    source,
  }))
  return { cells, metadata: { language_info: { name: 'python' } }, nbformat: 4, nbformat_minor: 2 }
}

function cellFacts(cell: vscode.NotebookCell): unknown {
  const outputs = cell.outputs.map(({ items, metadata }) => ({
    items: items.map(({ mime, data }) => [mime, mime.includes('error') ? '' : new TextDecoder().decode(data)]),
    result: readOutputMetadata(metadata),
  }))
  return { language: cell.document.languageId, text: cell.document.getText(), outputs }
}

function textOf(output: vscode.NotebookCellOutput | undefined, mime: string): string {
  const item = output?.items.find(each => each.mime === mime)
  assert.ok(item, `an output of type ${mime}`)
  return new TextDecoder().decode(item.data)
}

/** What Spark's own REST API says is running. */
async function activeJobs({ endpoints }: TestStack): Promise<readonly unknown[]> {
  const api = `${endpoints.spark.uiUrl}/api/v1/applications`
  const applications: unknown = await (await fetch(api)).json()
  assert.ok(Array.isArray(applications))
  const id: unknown = Reflect.get(Object(applications[0]), 'id')
  const jobs: unknown = await (await fetch(`${api}/${String(id)}/jobs?status=running`)).json()
  assert.ok(Array.isArray(jobs))
  return jobs
}
