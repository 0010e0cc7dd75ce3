import * as vscode from 'vscode'
import { DisposableStore, type Disposable } from '#base/disposable.ts'
import { LakehouseError } from '#base/errors.ts'
import type { Diagnosis } from '#doctor/examine.ts'
import type { Finding } from '#doctor/finding.ts'
import { withSignal } from '#host/cancel.ts'
import type { HostDeps } from '#host/deps.ts'
import { settingsSection } from '#host/ids.ts'
import { mediaIcon, pageHtml } from '#host/webviewHtml.ts'
import { servePage } from '#host/webviewPort.ts'
import type { DoctorHost, DoctorPage } from '#protocol/doctor.ts'
import { Peer, type Port } from '#protocol/rpc.ts'
import type { ChangeReview } from './changeReview.ts'
import { doctorLanguage, examinationOf, placeOf, reportOf } from './shownFindings.ts'

export interface DoctorPanelDeps extends HostDeps {
  readonly review: ChangeReview
}

export interface DoctorPanel {
  /** Brings the panel to the front and looks at the stack anew. */
  reveal(): void
}

/** Fills a panel, made or restored by VS Code, with the page of the doctor. */
export function serveDoctor(panel: vscode.WebviewPanel, deps: DoctorPanelDeps): DoctorPanel {
  const store = new DisposableStore()
  const language = doctorLanguage(vscode.env.language)
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? ''
  let seen: Diagnosis | undefined
  let page: Peer<DoctorHost, DoctorPage> | undefined

  const known = (id: number): Finding => {
    const finding = seen?.findings[id]
    if (!finding) throw new LakehouseError('notFound', vscode.l10n.t('This finding is of an earlier look.'))
    return finding
  }
  const guarded = async (task: () => Promise<boolean>): Promise<{ readonly isDone: boolean }> => {
    try {
      return { isDone: await task() }
    } catch (error) {
      deps.problems.show(error)
      return { isDone: false }
    }
  }
  const handlers: DoctorHost = {
    examine: async (_nothing, signal, report) => {
      const { doctor } = await deps.lakehouse()
      seen = await doctor.examine(progress => report?.({ done: progress.done, total: progress.total }), signal)
      return examinationOf(seen, folder, language)
    },
    fix: async ({ id }) => await guarded(async () => await mend([known(id)], deps)),
    fixAll: async () => await guarded(async () => await mend(seen?.findings.filter(({ fix }) => fix?.kind === 'edit') ?? [], deps)),
    openPlace: async ({ id }) => {
      const place = placeOf(known(id))
      if (place) await openLine(place)
    },
    copyReport: async () => {
      if (seen) await vscode.env.clipboard.writeText(reportOf(examinationOf(seen, folder, language)))
    },
  }
  const serve = (port: Port): Disposable => (page = new Peer<DoctorHost, DoctorPage>(port, handlers))

  panel.iconPath = mediaIcon(deps.extensionUri, 'doctor')
  panel.onDidDispose(() => store.dispose())
  store.add(servePage(panel.webview, serve))
  panel.webview.html = pageHtml(panel.webview, deps.extensionUri, { name: 'doctor', title: vscode.l10n.t('Stack doctor') })
  return {
    reveal: () => {
      // A page that was hidden is loaded anew, and looks by itself.
      const isShown = panel.visible
      panel.reveal()
      if (isShown) void page?.call('examineAgain', {}).catch((error: unknown) => deps.problems.show(error))
    },
  }
}

/** False where the user did not agree. */
async function mend(findings: readonly Finding[], { lakehouse, review }: DoctorPanelDeps): Promise<boolean> {
  if (!vscode.workspace.isTrusted) {
    throw new LakehouseError('denied', vscode.l10n.t('The doctor changes things only in a trusted folder.'), {
      hint: vscode.l10n.t('Trust this folder and try again.'),
    })
  }
  const { doctor } = await lakehouse()
  const setting = findings[0]?.fix
  if (setting?.kind === 'setting') return await changeSetting(setting.key, setting.value)
  const edits = await doctor.edits(findings)
  const secrets = findings.flatMap(({ fix }) => (fix?.kind === 'edit' ? (fix.newSecrets?.names ?? []) : []))
  if (edits.length > 0 && !(await review.agree(edits, [...new Set(secrets)]))) return false
  if (findings.some(({ code }) => code === 'leftovers') && !(await agreeToRemoval())) return false
  const location = vscode.ProgressLocation.Notification
  const title = vscode.l10n.t('Mending the stack')
  await vscode.window.withProgress({ location, title, cancellable: true }, async (progress, token) => {
    await withSignal(token, async signal => await doctor.fix(findings, ({ step }) => progress.report({ message: step }), signal))
  })
  return true
}

async function agreeToRemoval(): Promise<boolean> {
  const remove = vscode.l10n.t('Remove')
  const detail = vscode.l10n.t('They can be fetched again.')
  const question = vscode.l10n.t('Remove the old downloads?')
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, remove)) === remove
}

async function changeSetting(key: string, value: string): Promise<boolean> {
  const hasFolder = (vscode.workspace.workspaceFolders ?? []).length > 0
  const target = hasFolder ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global
  await vscode.workspace.getConfiguration(settingsSection).update(key.slice(settingsSection.length + 1), value, target)
  return true
}

async function openLine({ file, line }: { readonly file: string; readonly line: number }): Promise<void> {
  const document = await vscode.workspace.openTextDocument(vscode.Uri.file(file))
  const at = new vscode.Position(Math.max(0, line - 1), 0)
  const selection = new vscode.Range(at, at)
  await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside, selection })
}
