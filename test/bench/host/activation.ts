// Runs in a fresh extension host: times the activation of our extension and tells what it touched.
import childProcess from 'node:child_process'
import dgram from 'node:dgram'
import fs from 'node:fs'
import { createRequire } from 'node:module'
import net from 'node:net'
import workerThreads from 'node:worker_threads'
import * as vscode from 'vscode'
import { windowAtRest } from '../../support/windowAtRest.ts'

/** What activation.ts of the bench reads back. */
export interface ActivationReport {
  readonly ms: number
  /** Modules of files that were loaded, besides VS Code's own. */
  readonly loaded: readonly string[]
  /** Files, sockets, processes and threads that code of the extension touched: `kind: what`. */
  readonly touched: readonly string[]
}

/** VS Code calls it inside the extension host. */
export async function run(): Promise<void> {
  const extension = vscode.extensions.getExtension('dataflow-lab.dataflow-lab')
  const output = process.env['DATAFLOW_BENCH_RESULT']
  if (!extension || output === undefined) throw new Error('The bench has no extension or no result file.')
  if (extension.isActive) throw new Error('The extension was active before it was asked for.')
  await windowAtRest()
  const write = fs.writeFileSync
  const before = loadedFiles()
  const touched = watchTouches(extension.extensionPath)
  const started = performance.now()
  await extension.activate()
  const ms = performance.now() - started
  const report: ActivationReport = { ms, loaded: loadedFiles().filter(file => !before.includes(file)), touched: [...touched] }
  write(output, JSON.stringify(report))
}

function loadedFiles(): string[] {
  return Object.keys(createRequire(__filename).cache)
}

/** Records every use of these modules whose caller is code of the extension, from now on. */
function watchTouches(extensionPath: string): Set<string> {
  const touched = new Set<string>()
  const watch = (kind: string, owner: object): void => {
    for (const key of Object.keys(owner)) {
      const original: unknown = Reflect.get(owner, key)
      if (typeof original !== 'function' || /^[A-Z]/.test(key)) continue
      Reflect.set(owner, key, function (this: unknown, ...args: unknown[]): unknown {
        if (new Error().stack?.includes(`${extensionPath}/dist/`) === true) touched.add(`${kind}.${key}: ${String(args[0])}`)
        return Reflect.apply(original, this, args)
      })
    }
  }
  watch('fs', fs)
  watch('fs.promises', fs.promises)
  watch('child_process', childProcess)
  watch('net', net)
  watch('net.Socket', net.Socket.prototype)
  watch('dgram', dgram)
  watch('worker_threads', workerThreads)
  return touched
}
