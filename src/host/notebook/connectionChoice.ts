import * as vscode from 'vscode'
import { LakehouseError } from '#base/errors.ts'
import { untilAborted } from '#base/untilAborted.ts'
import { localStackName, type Connection } from '#app/connection.ts'
import type { HostDeps } from '#host/deps.ts'
import { commands } from '#host/ids.ts'
import { isCancellation } from '#host/problems.ts'
import { startStack } from '#host/stack/stackChange.ts'
import type { StackWatch } from '#host/stack/stackWatch.ts'

/**
 * Which Spark runs the cells of a notebook: the one chosen for it or used before, else the running local stack, else the only
 * one there is.
 */
export interface ConnectionChoice {
  /** The one chosen for the notebook, also before a reload, or the one its last cell ran on. */
  readonly current: (notebook: vscode.Uri) => string | undefined
  /** Undefined to forget the choice, as of an untitled notebook, whose name the next one takes. */
  choose(notebook: vscode.Uri, connection: string | undefined): Promise<void>
  /** Asks the user; undefined when they leave. */
  ask(notebook: vscode.Uri): Promise<string | undefined>
  /**
   * The connection to run on, ready to be used; offers to start a stopped stack. `wait` is told what is waited for.
   * @throws LakehouseError `unreachable` when there is none, `cancelled` when the signal aborts
   */
  resolve(notebook: vscode.Uri, wait: (text: string) => void, signal: AbortSignal): Promise<string>
}

const memoryKey = 'notebook.connections'

export function createConnectionChoice(deps: HostDeps, watch: StackWatch): ConnectionChoice {
  const remembered = (): Readonly<Record<string, string>> => deps.workspaceState.get<Record<string, string>>(memoryKey) ?? {}
  const used = new Map<string, string>()
  const chosen = (notebook: vscode.Uri): string | undefined => remembered()[notebook.toString()]
  const current = (notebook: vscode.Uri): string | undefined => chosen(notebook) ?? used.get(notebook.toString())

  async function choose(notebook: vscode.Uri, connection: string | undefined): Promise<void> {
    const key = notebook.toString()
    used.delete(key)
    const { [key]: before, ...others } = remembered()
    if (before === connection) return
    await deps.workspaceState.update(memoryKey, connection === undefined ? others : { ...others, [key]: connection })
  }

  async function ask(notebook: vscode.Uri): Promise<string | undefined> {
    const names = [localStackName, ...(await sparkConnections(deps)).map(({ name }) => name).filter(name => name !== localStackName)]
    const known = current(notebook)
    const items = names.map(label => (label === known ? { label, description: vscode.l10n.t('chosen') } : { label }))
    const picked = await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Run the cells of this notebook on') })
    if (picked) await choose(notebook, picked.label)
    return picked?.label
  }

  async function resolve(notebook: vscode.Uri, wait: (text: string) => void, signal: AbortSignal): Promise<string> {
    const known = current(notebook)
    const named = known === undefined ? undefined : (await sparkConnections(deps)).find(({ name }) => name === known)
    if (named && known !== localStackName) return named.name
    if (watch.state?.kind !== 'running') await watch.look(signal)
    const available = await sparkConnections(deps)
    if (available.some(({ name }) => name === localStackName)) return localStackName
    const [only, ...others] = available
    if (known !== localStackName && only && others.length === 0) return only.name
    if (known !== localStackName && only) return insist(await untilAborted(ask(notebook), signal))
    return await offerStack(notebook, wait, signal)
  }

  async function offerStack(notebook: vscode.Uri, wait: (text: string) => void, signal: AbortSignal): Promise<string> {
    if (watch.state?.kind !== 'starting') {
      wait(vscode.l10n.t('The local stack is not running. Waiting for your choice in the notification…'))
      const answer = await untilAborted(askToStart(), signal)
      if (answer === 'choose') return await afterChoice(notebook, wait, signal)
      if (answer === undefined) throw nothingToRunOn()
    }
    return await startLocal(wait, signal)
  }

  async function startLocal(wait: (text: string) => void, signal: AbortSignal): Promise<string> {
    wait(vscode.l10n.t('Starting the local stack…'))
    const tell = (step: string): void => wait(vscode.l10n.t('Starting the local stack: {0}', step))
    await untilAborted(startStack(deps, watch, tell), signal).catch((error: unknown) => {
      throw isCancellation(error) && !signal.aborted ? nothingToRunOn() : error
    })
    return localStackName
  }

  async function afterChoice(notebook: vscode.Uri, wait: (text: string) => void, signal: AbortSignal): Promise<string> {
    if ((await sparkConnections(deps)).length === 0) {
      await untilAborted(Promise.resolve(vscode.commands.executeCommand(commands.addConnection)), signal)
      const [added] = await sparkConnections(deps)
      return insist(added?.name)
    }
    const name = insist(await untilAborted(ask(notebook), signal))
    return name === localStackName ? await startLocal(wait, signal) : name
  }

  return {
    current,
    choose,
    ask,
    resolve: async (notebook, wait, signal) => {
      const connection = await resolve(notebook, wait, signal)
      used.set(notebook.toString(), connection)
      return connection
    },
  }
}

async function sparkConnections({ lakehouse }: HostDeps): Promise<readonly Connection[]> {
  const { connections } = await lakehouse()
  return connections.list().filter(({ spark }) => spark !== undefined)
}

async function askToStart(): Promise<'start' | 'choose' | undefined> {
  const [start, choose] = [vscode.l10n.t('Start stack'), vscode.l10n.t('Choose connection')]
  const answer = await vscode.window.showInformationMessage(
    vscode.l10n.t('SQL cells run on Spark, and the local stack is not running. Start it?'),
    start,
    choose,
  )
  if (answer === start) return 'start'
  return answer === choose ? 'choose' : undefined
}

function insist(name: string | undefined): string {
  if (name === undefined) throw nothingToRunOn()
  return name
}

function nothingToRunOn(): LakehouseError {
  return new LakehouseError('unreachable', vscode.l10n.t('The cell did not run: no Spark is chosen for this notebook.'), {
    hint: vscode.l10n.t('Start the stack, or choose a connection in the toolbar of the notebook.'),
  })
}
