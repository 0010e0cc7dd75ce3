import * as vscode from 'vscode'
import { DisposableStore, type Disposable } from '#base/disposable.ts'
import { LakehouseError } from '#base/errors.ts'
import type { Lakehouse } from '#app/lakehouse.ts'
import { withSignal } from '#host/cancel.ts'
import { registerCommand } from '#host/command.ts'
import type { HostDeps } from '#host/deps.ts'
import { commands, type CommandId } from '#host/ids.ts'
import type { Problems } from '#host/problems.ts'
import type { ServiceName, StackEndpoints, StackProgress, StackState } from '#stack/types.ts'
import { describeProgress, serviceTitle } from './describe.ts'
import type { StackWatch } from './stackWatch.ts'

export function registerStackCommands(deps: HostDeps, watch: StackWatch): Disposable {
  const store = new DisposableStore()
  const problems: Problems = { show: (error, retry) => deps.problems.show(error, retry, openStackLogs) }
  const on = (id: CommandId, run: (argument: unknown) => Promise<unknown>): void => void store.add(registerCommand(id, run, problems))
  on(commands.startStack, async () => (await startStack(deps, watch)).kind === 'running')
  on(commands.stopStack, async () => await change(deps, watch, { title: vscode.l10n.t('Stopping the local stack'), what: 'down' }))
  on(commands.refreshStack, async () => await watch.look(AbortSignal.timeout(lookMs)))
  on(commands.showStackLogs, async argument => await showLogs(deps, watch, serviceOf(argument)))
  on(commands.showLog, async () => deps.log.show())
  on(commands.openSparkUi, async () => await openSparkUi(watch))
  on(commands.copyEndpoint, async argument => await copyEndpoint(watch, serviceOf(argument)))
  return store
}

function openStackLogs(): void {
  void vscode.commands.executeCommand(commands.showStackLogs)
}

/** Starts the stack with a notification that can cancel it; a start under way is joined. `tell` gets each step. */
export async function startStack(
  deps: Pick<HostDeps, 'lakehouse'>,
  watch: StackWatch,
  tell: (step: string) => void = () => {},
): Promise<StackState> {
  if (!vscode.workspace.isTrusted) {
    throw new LakehouseError('denied', vscode.l10n.t('The stack starts only in a trusted folder.'), {
      hint: vscode.l10n.t('Trust this folder and try again.'),
    })
  }
  return await change(deps, watch, { title: vscode.l10n.t('Starting the local stack'), what: 'up', tell })
}

interface Change {
  readonly title: string
  readonly what: 'up' | 'down'
  readonly tell?: (step: string) => void
}

async function change({ lakehouse }: Pick<HostDeps, 'lakehouse'>, watch: StackWatch, { title, what, tell }: Change): Promise<StackState> {
  const { stack } = await lakehouse()
  // The watch follows the stack from its first look on.
  if (!watch.state) await watch.look(AbortSignal.timeout(lookMs))
  const location = vscode.ProgressLocation.Notification
  return await vscode.window.withProgress({ location, title, cancellable: true }, async (progress, token) => {
    const report = (step: StackProgress): void => {
      const message = describeProgress(step)
      progress.report({ message })
      tell?.(message)
    }
    return await withSignal(token, async signal => await stack[what](report, signal))
  })
}

/** The end of a service's log in an editor, the channel of the extension where none is asked for. */
async function showLogs(deps: HostDeps, watch: StackWatch, asked: ServiceName | undefined): Promise<void> {
  const service = asked ?? (await pickLog(watch))
  if (service === '') deps.log.show()
  else if (service !== undefined) await openLog(await deps.lakehouse(), service)
}

/** Empty for the extension's own. */
async function pickLog(watch: StackWatch): Promise<string | undefined> {
  const { services: all } = watch.state ?? (await watch.look(AbortSignal.timeout(lookMs)))
  const services = all.map(service => ({ label: serviceTitle(service), name: service.name }))
  const own = { label: vscode.l10n.t('DataFlow Lab extension'), detail: vscode.l10n.t('Output channel'), name: '' }
  return (await vscode.window.showQuickPick([...services, own], { title: vscode.l10n.t('Show logs') }))?.name
}

async function openLog({ stack }: Lakehouse, service: ServiceName): Promise<void> {
  const lines: string[] = []
  for await (const { text } of stack.logs([service], { tail: shownLines, follow: false }, AbortSignal.timeout(lookMs))) lines.push(text)
  if (lines.length === 0) {
    throw new LakehouseError('notFound', vscode.l10n.t('{0} has written no log yet.', service), {
      hint: vscode.l10n.t('Start the stack first.'),
    })
  }
  const document = await vscode.workspace.openTextDocument({ content: lines.join('\n'), language: 'log' })
  const editor = await vscode.window.showTextDocument(document, { preview: true })
  const end = document.lineAt(document.lineCount - 1).range.end
  editor.revealRange(new vscode.Range(end, end))
}

async function openSparkUi(watch: StackWatch): Promise<void> {
  const { spark } = await endpoints(watch)
  if (spark?.uiUrl === undefined) throw notRunning()
  await vscode.env.openExternal(await vscode.env.asExternalUri(vscode.Uri.parse(spark.uiUrl)))
}

async function copyEndpoint(watch: StackWatch, service: ServiceName | undefined): Promise<void> {
  const { s3, spark } = await endpoints(watch)
  const address = service === 'spark-connect' ? spark && `sc://${spark.host}:${spark.port}` : s3?.endpoint
  if (address === undefined) throw notRunning()
  await vscode.env.clipboard.writeText(address)
}

async function endpoints(watch: StackWatch): Promise<StackEndpoints> {
  return (watch.state?.kind === 'running' ? watch.state : await watch.look(AbortSignal.timeout(lookMs))).endpoints
}

function notRunning(): LakehouseError {
  return new LakehouseError('unreachable', vscode.l10n.t('The local stack is not running.'), {
    hint: vscode.l10n.t('Start the stack first.'),
  })
}

function serviceOf(argument: unknown): ServiceName | undefined {
  if (typeof argument !== 'object' || argument === null || !('name' in argument)) return undefined
  const { name } = argument
  return typeof name === 'string' ? name : undefined
}

const lookMs = 15_000
const shownLines = 2000
