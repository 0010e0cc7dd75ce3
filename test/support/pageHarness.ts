import { existsSync, readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { Peer, type Contract, type Port } from '#protocol/rpc.ts'
import type { DoctorHost, DoctorPage } from '#protocol/doctor.ts'
import type { PreviewHost, PreviewPage } from '#protocol/preview.ts'
import { isReady } from '#protocol/ready.ts'
import type { RunHost, RunPage } from '#protocol/run.ts'

/** Names of test/fixtures/themes: the variables of VS Code's default themes that pages use. */
export const themes = ['dark', 'light', 'high-contrast', 'high-contrast-light'] as const
export type Theme = (typeof themes)[number]

export interface PageOptions {
  readonly theme?: Theme
  readonly language?: string
  /** What an earlier page saved. */
  readonly saved?: unknown
}

const origin = 'https://pages.test'
const policy = "default-src 'none'; script-src 'nonce-harness'; style-src 'self' 'unsafe-inline'"
const bytesKey = '$bytes'

/** A page as built, under the policy that VS Code gives it, with a host that answers from this process. */
export interface PageHarness<Host extends Contract<Host>, Shown extends Contract<Shown>> {
  readonly peer: Peer<Host, Shown>
  /** What the page saved last. */
  readonly saved: () => Promise<unknown>
}

/** Opens the preview page of dist/webview in a browser page. */
export async function openPreview(
  page: Page,
  host: PreviewHost,
  options: PageOptions = {},
): Promise<PageHarness<PreviewHost, PreviewPage>> {
  return await openPage<PreviewHost, PreviewPage>(page, { name: 'preview', host }, options)
}

/** Opens the page of a run of dist/webview in a browser page. */
export async function openRun(page: Page, host: RunHost, options: PageOptions = {}): Promise<PageHarness<RunHost, RunPage>> {
  return await openPage<RunHost, RunPage>(page, { name: 'run', host }, options)
}

/** Opens the doctor's page of dist/webview in a browser page. */
export async function openDoctor(page: Page, host: DoctorHost, options: PageOptions = {}): Promise<PageHarness<DoctorHost, DoctorPage>> {
  return await openPage<DoctorHost, DoctorPage>(page, { name: 'doctor', host }, options)
}

async function openPage<Host extends Contract<Host>, Shown extends Contract<Shown>>(
  page: Page,
  { name, host }: { readonly name: string; readonly host: Host },
  options: PageOptions,
): Promise<PageHarness<Host, Shown>> {
  const listeners = new Set<(message: unknown) => void>()
  const waiting: unknown[] = []
  let ready = false
  const send = (message: unknown): void => {
    if (!ready) waiting.push(message)
    else page.evaluate(deliver, encode(message)).catch(() => {})
  }
  const port: Port = {
    post: send,
    listen: handler => {
      listeners.add(handler)
      return { dispose: () => void listeners.delete(handler) }
    },
  }
  const peer = new Peer<Host, Shown>(port, host)
  await page.exposeFunction('toHost', (message: unknown) => {
    if (isReady(message)) {
      ready = true
      for (const kept of waiting.splice(0)) send(kept)
    }
    for (const listener of listeners) listener(message)
  })
  await page.addInitScript(playVsCode, options.saved)
  await serve(
    page,
    `<link rel="stylesheet" href="${name}.css">`,
    `<div id="root"></div><script nonce="harness" src="${name}.js"></script>`,
    options,
  )
  return { peer, saved: () => page.evaluate(() => Reflect.get(globalThis, 'savedState') as unknown) }
}

/** What a notebook hands to a renderer. */
export interface OutputItem {
  readonly id: string
  readonly metadata: unknown
  /** Base64. */
  readonly data: string
}

/** Draws output items with the renderer of dist/webview, each into its own element `#<id>`; the milliseconds each took. */
export async function openResults(page: Page, items: readonly OutputItem[], options: PageOptions = {}): Promise<readonly number[]> {
  await serve(
    page,
    '',
    `<main></main><script nonce="harness" type="module">import { activate } from './result.js'; globalThis.renderer = activate({})</script>`,
    options,
  )
  await page.waitForFunction(() => 'renderer' in globalThis)
  return await page.evaluate(drawAll, items)
}

async function serve(page: Page, head: string, body: string, { theme = 'dark', language = 'en' }: PageOptions): Promise<void> {
  const variables = Object.entries(themeVariables(theme)).map(([name, value]) => `${name}: ${value};`)
  const looks = `:root { ${variables.join(' ')} } body { margin: 0; padding: 0 20px; color: var(--vscode-editor-foreground); background: var(--vscode-editor-background); font-family: var(--vscode-font-family); font-size: var(--vscode-font-size); }`
  const html = `<!DOCTYPE html><html lang="${language}"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"><title>Page</title><style>${looks}</style>${head}</head><body>${body}</body></html>`
  await page.route(`${origin}/**`, async route => {
    const name = new URL(route.request().url()).pathname.slice(1)
    if (name === '') await route.fulfill({ contentType: 'text/html', body: html })
    else await route.fulfill({ contentType: name.endsWith('.css') ? 'text/css' : 'text/javascript', body: builtFile(name) })
  })
  await page.goto(`${origin}/`)
}

/** A theme's variables by name. */
export function themeVariables(theme: Theme): Readonly<Record<string, string>> {
  // SAFETY: our own fixture, an object of texts.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return JSON.parse(readFileSync(`test/fixtures/themes/${theme}.json`, 'utf8')) as Record<string, string>
}

function builtFile(name: string): string {
  const file = `dist/webview/${name}`
  if (!existsSync(file)) throw new Error(`There is no ${file}. Run \`npm run build\`.`)
  return readFileSync(file, 'utf8')
}

/** Bytes cross to the browser as base64. */
function encode(value: unknown): unknown {
  if (value instanceof Uint8Array) return { [bytesKey]: Buffer.from(value).toString('base64') }
  if (Array.isArray(value)) return value.map(encode)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, encode(member)]))
}

// The functions below run in the browser.

function deliver(message: unknown): void {
  const decode = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(decode)
    if (typeof value !== 'object' || value === null) return value
    const bytes: unknown = Reflect.get(value, '$bytes')
    if (typeof bytes === 'string') return Uint8Array.from(atob(bytes), character => character.charCodeAt(0))
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, decode(member)]))
  }
  Reflect.get(globalThis, 'window').dispatchEvent(new MessageEvent('message', { data: decode(message) }))
}

function playVsCode(saved: unknown): void {
  Reflect.set(globalThis, 'savedState', saved)
  const api = {
    postMessage: (message: unknown): void => Reflect.get(globalThis, 'toHost')(message),
    getState: (): unknown => Reflect.get(globalThis, 'savedState'),
    setState: (state: unknown): void => void Reflect.set(globalThis, 'savedState', structuredClone(state)),
  }
  Reflect.set(globalThis, 'acquireVsCodeApi', () => api)
}

function drawAll(items: readonly OutputItem[]): readonly number[] {
  const document = Reflect.get(globalThis, 'document')
  const renderer = Reflect.get(globalThis, 'renderer')
  return items.map(({ id, metadata, data }) => {
    const element = document.createElement('div')
    element.id = id
    document.querySelector('main').append(element)
    const started = performance.now()
    renderer.renderOutputItem(
      { id, mime: 'application/vnd.apache.arrow.stream', metadata, data: () => new TextEncoder().encode(data) },
      element,
    )
    return performance.now() - started
  })
}
