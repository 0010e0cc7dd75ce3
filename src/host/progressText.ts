import * as vscode from 'vscode'
import type { ReadProgress } from '#base/progress.ts'
import { unreachable } from '#base/unreachable.ts'
import { formatBytes, formatCount } from './format.ts'

/** What is being read of a thing, and how far: `Reading the log of sales: 40 MB of 120 MB`. */
export function progressText(name: string, progress: ReadProgress | undefined): string {
  if (!progress) return vscode.l10n.t('Reading {0}…', name)
  const { stage, done, total, unit } = progress
  if (!total) return beginningText(name, stage)
  const amount = unit === 'bytes' ? formatBytes : formatCount
  const [read, all] = [amount(Math.min(done, total)), amount(total)]
  switch (stage) {
    case 'log':
      return vscode.l10n.t('Reading the log of {0}: {1} of {2}', name, read, all)
    case 'files':
      return vscode.l10n.t('Reading the file list of {0}: {1} of {2}', name, read, all)
    case 'rows':
      return vscode.l10n.t('Reading rows of {0}: {1} of {2} files', name, read, all)
    default:
      return unreachable(stage)
  }
}

function beginningText(name: string, stage: ReadProgress['stage']): string {
  switch (stage) {
    case 'log':
      return vscode.l10n.t('Reading the log of {0}…', name)
    case 'files':
      return vscode.l10n.t('Reading the file list of {0}…', name)
    case 'rows':
      return vscode.l10n.t('Reading rows of {0}…', name)
    default:
      return unreachable(stage)
  }
}
