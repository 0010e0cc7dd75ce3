import * as vscode from 'vscode'
import { DisposableStore, MutableDisposable, type Disposable } from '#base/disposable.ts'
import { asError } from '#base/errors.ts'
import type { HostDeps } from '#host/deps.ts'
import type { LogLine, ServiceName, ServiceState } from '#stack/types.ts'
import { pourLog, type LogSink } from './logPour.ts'
import { serviceLabel } from './serviceText.ts'

/** Logs of services in output channels that follow while they are shown. */
export interface ServiceLogs extends Disposable {
  /** Brings the log of a service to the front, or those of several merged by time, under the title of them all. */
  show(services: readonly Pick<ServiceState, 'name' | 'role'>[], title?: string): void
}

interface LogChannel {
  readonly name: string
  readonly channel: vscode.OutputChannel
  readonly services: readonly Pick<ServiceState, 'name' | 'role'>[]
  /** Ends the following; undefined while nobody sees the channel. */
  following: AbortController | undefined
}

export function createServiceLogs({ lakehouse, log }: Pick<HostDeps, 'lakehouse' | 'log'>): ServiceLogs {
  const store = new DisposableStore()
  const channels = new Map<string, LogChannel>()

  async function follow({ channel, services }: LogChannel, signal: AbortSignal): Promise<void> {
    const { stack } = await lakehouse()
    const names = services.map(({ name }) => name)
    channel.clear()
    await pourLog(
      stack.logs(names, { tail: Math.ceil(shownLines / names.length), follow: true }, signal),
      sinkOf(channel, services),
      signal,
    )
  }

  function begin(shown: LogChannel): void {
    if (shown.following) return
    const following = new AbortController()
    shown.following = following
    const fail = (error: unknown): void => {
      if (following.signal.aborted) return
      log.debug(asError(error).message)
      shown.channel.appendLine(vscode.l10n.t('— The log cannot be followed any more: {0}', asError(error).message))
    }
    void follow(shown, following.signal).catch(fail)
  }

  function end(shown: LogChannel): void {
    shown.following?.abort()
    shown.following = undefined
  }

  /** A channel that is in front is an editor of its document. */
  function followVisible(editors: readonly vscode.TextEditor[]): void {
    const visible = editors.map(({ document }) => document.uri).filter(({ scheme }) => scheme === 'output')
    for (const shown of channels.values()) {
      if (visible.some(({ path }) => path.endsWith(`-${shown.name}`))) begin(shown)
      else end(shown)
    }
  }

  const settling = store.add(new MutableDisposable<Disposable>())
  store.add(
    vscode.window.onDidChangeVisibleTextEditors(editors => {
      settling.value = after(settleMs, () => followVisible(editors))
    }),
  )
  return {
    show: (services, title) => {
      const key = JSON.stringify(services.map(({ name }) => name))
      const known = channels.get(key)
      const shown = known ?? open(services, title)
      channels.set(key, shown)
      begin(shown)
      shown.channel.show(true)
    },
    dispose: () => {
      for (const shown of channels.values()) {
        end(shown)
        shown.channel.dispose()
      }
      store.dispose()
    },
  }
}

function open(services: LogChannel['services'], title: string | undefined): LogChannel {
  const name = `DataFlow Lab: ${title ?? services.map(serviceLabel).join(', ')}`
  return { name, channel: vscode.window.createOutputChannel(name, 'log'), services, following: undefined }
}

function sinkOf(channel: vscode.OutputChannel, services: LogChannel['services']): LogSink {
  const labels = new Map<ServiceName, string>(services.map(service => [service.name, serviceLabel(service)]))
  const format = ({ service, text }: LogLine): string => (services.length === 1 ? text : `${labels.get(service) ?? service} | ${text}`)
  return {
    append: text => channel.append(text),
    format,
    left: count => vscode.l10n.t('— {0} lines came too fast and are left out', count),
  }
}

function after(ms: number, task: () => void): Disposable {
  const timer = setTimeout(task, ms)
  return { dispose: () => clearTimeout(timer) }
}

const shownLines = 2000
/** From one channel to another, for a moment none is in front. */
const settleMs = 300
