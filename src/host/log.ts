import * as vscode from 'vscode'
import type { Disposable } from '#base/disposable.ts'
import type { Logger } from '#base/log.ts'

/** The output channel of the extension; it comes into being with the first message. */
export interface LogChannel extends Logger, Disposable {
  show(): void
}

export function createLog(): LogChannel {
  let channel: vscode.LogOutputChannel | undefined
  const open = (): vscode.LogOutputChannel => (channel ??= vscode.window.createOutputChannel('DataFlow Lab', { log: true }))
  return {
    debug: message => open().debug(message),
    info: message => open().info(message),
    warn: message => open().warn(message),
    error: message => open().error(message),
    show: () => open().show(true),
    dispose: () => channel?.dispose(),
  }
}
