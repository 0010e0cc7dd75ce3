import * as vscode from 'vscode'
import { LakehouseError } from '#base/errors.ts'
import type { HostDeps } from '#host/deps.ts'
import type { ServiceState, StackState } from '#stack/types.ts'
import { credentialTexts } from './credentialText.ts'
import { pageOf } from './serviceActions.ts'
import { serviceLabel } from './serviceText.ts'

/** Opens the page of a service outside of VS Code. */
export async function openOutside(service: ServiceState, state: StackState): Promise<void> {
  await vscode.env.openExternal(await reachable(addressOf(service, state)))
}

/** Opens the page of a service in an editor; outside where the editor's browser cannot show it. */
export async function openInEditor(service: ServiceState, state: StackState): Promise<void> {
  const page = await reachable(addressOf(service, state))
  if (isBlocked(page)) return void (await vscode.env.openExternal(page))
  try {
    await vscode.commands.executeCommand('simpleBrowser.show', page.toString(true))
  } catch {
    // Not every editor has this browser.
    await vscode.env.openExternal(page)
  }
}

/** A browser shows no page without TLS inside one with it, unless it comes from its own machine. */
function isBlocked({ scheme, authority }: vscode.Uri): boolean {
  return vscode.env.uiKind === vscode.UIKind.Web && scheme !== 'https' && !/^(?:localhost|127\.0\.0\.1)(?::|$)/.test(authority)
}

/** The address for programs of this machine. */
export async function copyUrl({ url }: ServiceState): Promise<void> {
  if (url === null) throw notRunning()
  await copy(url, url)
}

/** In the form that the user picks; it is never shown. */
export async function copyCredentials(service: ServiceState, state: StackState, { lakehouse }: Pick<HostDeps, 'lakehouse'>): Promise<void> {
  const { stack } = await lakehouse()
  const texts = credentialTexts(service, state.endpoints, await stack.secrets(AbortSignal.timeout(secretsMs)))
  if (texts.length === 0) throw notRunning()
  const label = serviceLabel(service)
  const title = vscode.l10n.t('Copy credentials of {0}', label)
  const forms = texts.map(({ label: form, text }) => ({ label: form, text }))
  const chosen = forms.length === 1 ? forms[0] : await vscode.window.showQuickPick(forms, { title })
  if (chosen) await copy(chosen.text, `${label}: ${chosen.label}`)
}

async function copy(text: string, what: string): Promise<void> {
  await vscode.env.clipboard.writeText(text)
  vscode.window.setStatusBarMessage(vscode.l10n.t('$(check) Copied {0}', what), saidMs)
}

async function reachable(url: string): Promise<vscode.Uri> {
  return await vscode.env.asExternalUri(vscode.Uri.parse(url))
}

function addressOf(service: ServiceState, { endpoints }: StackState): string {
  const page = pageOf(service, endpoints)
  if (page === undefined) throw notRunning()
  return page
}

function notRunning(): LakehouseError {
  return new LakehouseError('unreachable', vscode.l10n.t('The service is not running.'), {
    hint: vscode.l10n.t('Start it first.'),
  })
}

const secretsMs = 5000
const saidMs = 3000
