import * as vscode from 'vscode'
import type { Disposable } from '#base/disposable.ts'
import type { CommandId } from './ids.ts'
import type { Problems } from './problems.ts'

/** Registers a command; what it throws is shown, with Retry. Arguments are whatever the caller passes, so they are unknown. */
export function registerCommand(id: CommandId, run: (...args: readonly unknown[]) => Promise<unknown>, problems: Problems): Disposable {
  const guarded = async (...args: readonly unknown[]): Promise<unknown> => {
    try {
      return await run(...args)
    } catch (error) {
      problems.show(error, async () => void (await guarded(...args)))
      return undefined
    }
  }
  return vscode.commands.registerCommand(id, guarded)
}
