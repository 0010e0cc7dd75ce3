import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import * as vscode from 'vscode'
import type { Surfaces } from '../../src/extension.ts'
import { outputsOf, runCell, showWithKernel } from '../support/notebookRun.ts'
import { answerModals, recordChannels, shownService } from '../support/stackView.ts'
import { activateSurfaces } from '../support/surfaces.ts'
import { requireStack, type TestStack } from '../support/testStack.ts'

const startMs = 300_000
/** How soon the view must show what happened to a service. */
const seenMs = 3000

const run = async (command: string, argument?: unknown): Promise<unknown> => await vscode.commands.executeCommand(command, argument)
const pidIn = ({ tooltip }: vscode.TreeItem): number =>
  Number(/Process: (\d+)/.exec(tooltip instanceof vscode.MarkdownString ? tooltip.value.replaceAll('\\', '') : '')?.[1])

describe('stack view', function () {
  this.timeout(startMs)
  let stack: TestStack
  let surfaces: Surfaces

  before(async function () {
    stack = requireStack(this)
    surfaces = await activateSurfaces()
    await run('dataflow.stack.focus')
  })

  after(async () => {
    await run('workbench.action.closeAllEditors')
    await run('workbench.action.closePanel')
  })

  it('shows the running services with state, port, uptime and what they use', async () => {
    const spark = await shownService(surfaces.stack, 'spark-connect', ({ description }) => / % CPU · .* [MG]B/.test(String(description)))
    assert.match(String(spark.description), /^healthy · port \d+ · up .* · \d+ % CPU · [\d.,]+ [MG]B$/)
    assert.match(String(spark.contextValue), /^service spark-connect running .*\bcanOpen\b/)
    const mlflow = await shownService(surfaces.stack, 'mlflow')
    assert.deepEqual([mlflow.label, mlflow.description, String(mlflow.contextValue).includes('canStart')], ['MLflow', 'stopped', true])
  })

  it('starts one service, which comes up with its address', async () => {
    await run('dataflow.service.start', 'mlflow')
    const mlflow = await shownService(surfaces.stack, 'mlflow', ({ contextValue }) => String(contextValue).includes(' running '))
    assert.match(String(mlflow.description), /^healthy · port \d+/)
    await run('dataflow.service.copyCredentials', 'mlflow')
    const { mlflow: endpoint } = (await surfaces.lakehouse()).stack.state.endpoints
    assert.equal(await vscode.env.clipboard.readText(), `MLFLOW_TRACKING_URI=${endpoint?.url}\n`)
  })

  it('gives its server to the MLflow view without any setting', async () => {
    const [server] = await surfaces.mlflow.getChildren()
    assert.equal(server?.kind, 'server')
    const labels = (await surfaces.mlflow.getChildren(server)).map(node => surfaces.mlflow.getTreeItem(node).label)
    assert.deepEqual(labels, ['Default'])
  })

  it('copies the keys of the object store in the form that is picked', async () => {
    const copied = run('dataflow.service.copyCredentials', 's3')
    await setTimeout(500)
    await run('workbench.action.acceptSelectedQuickOpenItem')
    await copied
    const { accessKeyId, secretAccessKey } = stack.secrets.s3
    assert.equal(
      await vscode.env.clipboard.readText(),
      `AWS_ENDPOINT_URL=${stack.endpoints.s3.endpoint}\nAWS_REGION=us-east-1\nAWS_ACCESS_KEY_ID=${accessKeyId}\nAWS_SECRET_ACCESS_KEY=${secretAccessKey}\n`,
    )
  })

  it('opens the page of a service in the editor, and a terminal beside it', async () => {
    await run('dataflow.service.openInEditor', 'spark-connect')
    await holds(async () => vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).some(({ label }) => label === 'Simple Browser'))
    await run('dataflow.service.openTerminal', 'spark-connect')
    const terminal = vscode.window.terminals.find(({ name }) => name === 'Spark')
    assert.ok(terminal && 'env' in terminal.creationOptions, 'a terminal of this machine')
    assert.equal(
      terminal.creationOptions.env?.['SPARK_REMOTE']?.startsWith('sc://'),
      true,
      JSON.stringify(Object.keys(terminal.creationOptions.env ?? {})),
    )
    terminal.dispose()
  })

  it('follows the log of a service in a channel of its own while it is shown, across a restart', async () => {
    const channels = recordChannels()
    const log = (): string => channels.texts.get('DataFlow Lab: MLflow') ?? ''
    try {
      await run('dataflow.service.showLogs', 'mlflow')
      await holds(async () => log().includes('\n'))
      const before = pidIn(await shownService(surfaces.stack, 'mlflow'))
      const length = log().length
      await run('dataflow.service.restart', 'mlflow')
      await shownService(surfaces.stack, 'mlflow', item => pidIn(item) > 0 && pidIn(item) !== before)
      await holds(async () => log().length > length)
      await run('workbench.action.closePanel')
      await setTimeout(1000)
      const hidden = log()
      await run('dataflow.service.restart', 'mlflow')
      assert.equal(log(), hidden, 'a hidden channel is not followed')
    } finally {
      channels.restore()
    }
  })

  it('sees at once that a service was killed, and starts it again', async () => {
    const pid = pidIn(await shownService(surfaces.stack, 'mlflow'))
    process.kill(pid, 'SIGKILL')
    await shownService(surfaces.stack, 'mlflow', ({ contextValue }) => String(contextValue).includes(' failed '), seenMs)
    await run('dataflow.service.start', 'mlflow')
    await shownService(surfaces.stack, 'mlflow', item => String(item.description).startsWith('healthy') && pidIn(item) !== pid)
  })

  it('asks before a reset, naming what is lost, and then deletes it', async () => {
    const modals = answerModals(undefined, 'Delete the data of MLflow')
    try {
      await run('dataflow.service.reset', 'mlflow')
      await shownService(surfaces.stack, 'mlflow', ({ description }) => String(description).startsWith('healthy'))
      const folder = /MLflow: folder (\S+) \(/.exec(modals.asked[0]?.detail ?? '')?.[1] ?? ''
      assert.deepEqual([modals.asked[0]?.message, existsSync(folder)], ['Reset MLflow?', true], modals.asked[0]?.detail)
      await run('dataflow.service.reset', 'mlflow')
      await shownService(surfaces.stack, 'mlflow', ({ description }) => description === 'stopped')
      assert.equal(existsSync(folder), false)
    } finally {
      modals.restore()
    }
  })

  it('leaves a lake on which a cell runs and a folder opens', async () => {
    const cell = new vscode.NotebookCellData(
      vscode.NotebookCellKind.Code,
      'SELECT count(*) AS n FROM delta.`s3a://bronze/stocks_raw`',
      'sql',
    )
    const notebook = await vscode.workspace.openNotebookDocument('jupyter-notebook', new vscode.NotebookData([cell]))
    await showWithKernel(notebook)
    assert.equal(await runCell(notebook, 0), true, outputsOf(notebook, 0).join())
    const [lake] = await surfaces.explorer.getChildren()
    const buckets = (await surfaces.explorer.getChildren(lake)).map(node => surfaces.explorer.getTreeItem(node).label)
    assert.deepEqual(buckets, ['bronze', 'gold', 'mlflow', 'silver'])
  })
})

describe('problems of a compose file', () => {
  it('stand at the line while it is typed, and go when it is mended', async function () {
    const { project } = requireStack(this)
    const product = vscode.extensions.getExtension('dataflow-lab.dataflow-lab')?.extensionPath ?? ''
    const embedded = readFileSync(join(product, 'templates/embedded/docker-compose.yml'), 'utf8')
    const file = vscode.Uri.joinPath(vscode.Uri.file(project), 'compose.yaml')
    const problems = (): readonly string[] =>
      vscode.languages.getDiagnostics(file).map(({ range, message }) => `${range.start.line + 1}: ${message}`)
    try {
      await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(embedded))
      const document = await vscode.workspace.openTextDocument(file)
      await vscode.window.showTextDocument(document)
      const edit = new vscode.WorkspaceEdit()
      edit.insert(file, new vscode.Position(embedded.split('\n').length - 1, 0), '    healthchek: {}\n')
      await vscode.workspace.applyEdit(edit)
      await holds(async () => problems().length === 1)
      assert.match(String(problems()[0]), /^\d+: .*healthchek/)
      await run('undo')
      await holds(async () => problems().length === 0)
    } finally {
      await run('workbench.action.revertAndCloseActiveEditor')
      await vscode.workspace.fs.delete(file)
    }
  })
})

/** Polls what VS Code has no event for. */
async function holds(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000
  while (!(await condition())) {
    if (Date.now() > deadline) assert.fail('It did not come true within 30 s.')
    await setTimeout(50)
  }
}
