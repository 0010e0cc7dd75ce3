import * as vscode from 'vscode'
import { DisposableStore, type Disposable } from '#base/disposable.ts'
import { localStackName, parseConnection, secretAddress, type ConnectionSecrets, type SecretKind } from '#app/connection.ts'
import type { ConnectionSetting } from '#app/settings.ts'
import { registerCommand } from '#host/command.ts'
import type { HostDeps } from '#host/deps.ts'
import { commands, settingKeys, settingsSection } from '#host/ids.ts'
import { asTrackingNode } from '#host/mlflow/trackingTarget.ts'
import { asNode } from './target.ts'

/** Adding a connection and keeping its keys; names go to the settings, keys to the secret storage. */
export function registerConnectionCommands(deps: HostDeps): Disposable {
  const store = new DisposableStore()
  store.add(registerCommand(commands.addConnection, async () => await addConnection(deps), deps.problems))
  store.add(registerCommand(commands.editConnections, async () => await editConnections(), deps.problems))
  store.add(registerCommand(commands.setCredentials, async node => await setCredentials(deps, node), deps.problems))
  store.add(registerCommand(commands.forgetCredentials, async node => await forgetCredentials(deps, node), deps.problems))
  return store
}

async function addConnection(deps: HostDeps): Promise<void> {
  const kind = await vscode.window.showQuickPick(placeKinds(), {
    title: vscode.l10n.t('Add connection'),
    placeHolder: vscode.l10n.t('Where is the lake?'),
  })
  const place = kind && (await placeFor(kind.place))
  if (!place) return
  const name = (await askName(deps.settings.current.connections))?.trim()
  if (name === undefined) return
  const spark = place.mlflow === undefined ? await askSpark() : ''
  if (spark === undefined) return
  const added: ConnectionSetting = { name, ...place, ...(spark === '' ? {} : { spark }) }
  if (parseConnection(added).s3) await askKeys(deps, added)
  await saveConnection(added)
}

type PlaceKind = 'endpoint' | 'aws' | 'folder' | 'mlflow'

function placeKinds(): readonly (vscode.QuickPickItem & { readonly place: PlaceKind })[] {
  return [
    {
      place: 'endpoint',
      label: vscode.l10n.t('S3 service at an address'),
      detail: vscode.l10n.t('MinIO, RustFS, Ceph, s3proxy …'),
    },
    {
      place: 'aws',
      label: vscode.l10n.t('Amazon S3'),
      detail: vscode.l10n.t('With an access key, or the credentials of this machine'),
    },
    { place: 'folder', label: vscode.l10n.t('Folder on this machine'), detail: vscode.l10n.t('Delta tables in the file system') },
    { place: 'mlflow', label: vscode.l10n.t('MLflow server'), detail: vscode.l10n.t('Experiments and runs, without a lake') },
  ]
}

async function placeFor(kind: PlaceKind): Promise<Partial<ConnectionSetting> | undefined> {
  if (kind === 'folder') {
    const chosen = await vscode.window.showOpenDialog({
      canSelectFolders: true,
      canSelectFiles: false,
      openLabel: vscode.l10n.t('Use folder'),
    })
    return chosen?.[0] && { folder: chosen[0].fsPath }
  }
  if (kind === 'mlflow') {
    const mlflow = await askAddress(mlflowAddress())
    return mlflow === undefined ? undefined : { mlflow }
  }
  const endpoint = kind === 'endpoint' ? await askAddress(s3Address()) : undefined
  if (kind === 'endpoint' && endpoint === undefined) return undefined
  const region = await vscode.window.showInputBox({
    title: vscode.l10n.t('Region'),
    value: 'us-east-1',
    prompt: vscode.l10n.t('Most services at an address of their own take any region.'),
    ignoreFocusOut: true,
  })
  return region === undefined ? undefined : { region, ...(endpoint === undefined ? {} : { endpoint }) }
}

function s3Address(): Address {
  return {
    title: vscode.l10n.t('Address of the S3 service'),
    placeHolder: 'http://localhost:9000',
    pattern: /^https?:\/\/[^/\s]+\/?$/,
  }
}

/** A server behind a proxy may have a path. */
function mlflowAddress(): Address {
  return {
    title: vscode.l10n.t('Address of the MLflow server'),
    placeHolder: 'http://localhost:5000',
    pattern: /^https?:\/\/[^/\s@]+(?:\/[^\s?#]*)?$/,
  }
}

interface Address {
  readonly title: string
  readonly placeHolder: string
  readonly pattern: RegExp
}

async function askAddress({ title, placeHolder, pattern }: Address): Promise<string | undefined> {
  return await vscode.window.showInputBox({
    title,
    placeHolder,
    ignoreFocusOut: true,
    validateInput: text =>
      pattern.test(text.trim()) ? undefined : vscode.l10n.t('Write http:// or https://, a host and, if needed, a port.'),
  })
}

async function askName(taken: readonly ConnectionSetting[]): Promise<string | undefined> {
  return await vscode.window.showInputBox({
    title: vscode.l10n.t('Name of the connection'),
    ignoreFocusOut: true,
    validateInput: text => {
      if (text.trim() === '') return vscode.l10n.t('A connection needs a name.')
      const isTaken = text.trim() === localStackName || taken.some(({ name }) => name === text.trim())
      return isTaken ? vscode.l10n.t('There is a connection of this name already.') : undefined
    },
  })
}

/** Empty for none; undefined when the user leaves. */
async function askSpark(): Promise<string | undefined> {
  return await vscode.window.showInputBox({
    title: vscode.l10n.t('Spark Connect server (optional)'),
    placeHolder: 'sc://localhost:15002',
    prompt: vscode.l10n.t('Runs the SQL cells of notebooks. Leave it empty to browse and preview only.'),
    ignoreFocusOut: true,
    validateInput: text => (text.trim() === '' || /^sc:\/\/[^/\s]+/.test(text.trim()) ? undefined : vscode.l10n.t('Write sc://host:port.')),
  })
}

async function saveConnection(added: ConnectionSetting): Promise<void> {
  const section = vscode.workspace.getConfiguration(settingsSection)
  const seen = section.inspect<readonly unknown[]>(settingKeys.connections)
  const [target, list] =
    seen?.workspaceValue === undefined
      ? ([vscode.ConfigurationTarget.Global, seen?.globalValue] as const)
      : ([vscode.ConfigurationTarget.Workspace, seen.workspaceValue] as const)
  await section.update(settingKeys.connections, [...(list ?? []), added], target)
}

async function editConnections(): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.openSettings', `${settingsSection}.${settingKeys.connections}`)
}

async function setCredentials(deps: HostDeps, argument: unknown): Promise<void> {
  const name = await nameOf(deps, argument)
  if (name === undefined) return
  const connection = deps.settings.current.connections.find(other => other.name === name)
  if (!connection) return
  if (parseConnection(connection).s3) await askKeys(deps, connection)
  if (connection.spark !== undefined) await askToken(deps, connection)
  if (connection.mlflow !== undefined) await askMlflow(deps, connection)
  await refresh(deps, name)
}

async function forgetCredentials(deps: HostDeps, argument: unknown): Promise<void> {
  const name = await nameOf(deps, argument)
  if (name === undefined) return
  await deps.secrets.forget(name)
  await refresh(deps, name)
}

async function refresh({ lakehouse }: HostDeps, name: string): Promise<void> {
  const { catalog, mlflowTree } = await lakehouse()
  catalog.refresh({ kind: 'connection', name })
  mlflowTree.refresh()
}

/** Keeps an access key; nothing is changed when the user leaves, or leaves it empty. */
async function askKeys(deps: HostDeps, connection: ConnectionSetting): Promise<void> {
  const title = vscode.l10n.t('Access key of {0}', connection.name)
  const prompt = vscode.l10n.t('Leave it empty to use the credentials of this machine (environment, profile).')
  const accessKeyId = await vscode.window.showInputBox({ title, prompt, ignoreFocusOut: true })
  if (accessKeyId === undefined || accessKeyId.trim() === '') return
  const secretAccessKey = await vscode.window.showInputBox({
    title: vscode.l10n.t('Secret key of {0}', connection.name),
    prompt: vscode.l10n.t('It is kept in the secret storage of VS Code, never in the settings.'),
    password: true,
    ignoreFocusOut: true,
  })
  if (secretAccessKey === undefined || secretAccessKey === '') return
  await keep(deps, connection, 's3', { s3: { accessKeyId: accessKeyId.trim(), secretAccessKey } })
}

async function askToken(deps: HostDeps, connection: ConnectionSetting): Promise<void> {
  const sparkToken = await vscode.window.showInputBox({
    title: vscode.l10n.t('Spark token of {0}', connection.name),
    prompt: vscode.l10n.t('Leave it empty when the server asks for none.'),
    password: true,
    ignoreFocusOut: true,
  })
  if (sparkToken === undefined || sparkToken === '') return
  await keep(deps, connection, 'sparkToken', { sparkToken })
}

/** A user with a password, or a token for no user. */
async function askMlflow(deps: HostDeps, connection: ConnectionSetting): Promise<void> {
  const username = await vscode.window.showInputBox({
    title: vscode.l10n.t('MLflow user of {0}', connection.name),
    prompt: vscode.l10n.t('Leave it empty to give a token, or when the server asks for neither.'),
    ignoreFocusOut: true,
  })
  if (username === undefined) return
  const isToken = username.trim() === ''
  const secret = await vscode.window.showInputBox({
    title: isToken ? vscode.l10n.t('MLflow token of {0}', connection.name) : vscode.l10n.t('MLflow password of {0}', connection.name),
    prompt: vscode.l10n.t('It is kept in the secret storage of VS Code, never in the settings.'),
    password: true,
    ignoreFocusOut: true,
  })
  if (secret === undefined || secret === '') return
  const mlflow = isToken
    ? ({ kind: 'bearer', token: secret } as const)
    : ({ kind: 'basic', username: username.trim(), password: secret } as const)
  await keep(deps, connection, 'mlflow', { mlflow })
}

/** A secret goes to the address for which it was given, and to no other that a setting may name later. */
async function keep({ secrets }: HostDeps, setting: ConnectionSetting, kind: SecretKind, secret: ConnectionSecrets): Promise<void> {
  const kept = await secrets.get(setting.name)
  const address = secretAddress(parseConnection(setting), kind)
  await secrets.set(setting.name, {
    ...kept,
    ...secret,
    addresses: { ...kept?.addresses, ...(address === undefined ? {} : { [kind]: address }) },
  })
}

/** The connection of the node, else one that the user picks. */
async function nameOf({ settings }: HostDeps, argument: unknown): Promise<string | undefined> {
  const node = asNode(argument)
  if (node?.kind === 'connection') return node.name
  const server = asTrackingNode(argument)
  if (server?.kind === 'server') return server.connection
  const names = settings.current.connections.map(({ name }) => name)
  if (names.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('There is no connection yet. Add one first.'))
    return undefined
  }
  return await vscode.window.showQuickPick(names, { title: vscode.l10n.t('Connection') })
}
