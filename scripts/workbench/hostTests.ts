import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { openBrowser } from './browser.ts'
import { startServer, type Server } from './server.ts'

export interface HostTestOptions {
  /** The extension's folder. */
  readonly extension: string
  /** The module whose `run()` VS Code calls in the extension host; must lie inside the extension's folder. */
  readonly tests: string
  /** Folder to open. */
  readonly workspace: string
  /** A JSON file that the tests write at their end: an ended extension host alone is no proof of a passed run. */
  readonly resultFile: string
  readonly env?: Readonly<Record<string, string>>
  /** Where logs and a picture go after a failure. */
  readonly artifacts: string
  readonly timeoutMs: number
  /** Told what the extension host prints. */
  readonly onOutput?: (line: string) => void
}

export interface HostTestRun {
  /** 0 when `run()` of the tests resolved. */
  readonly code: number
  /** Content of the result file. */
  readonly result: string
}

/**
 * Runs tests inside a fresh, real extension host.
 * @throws Error when the run ends without a result, or does not end in time
 */
export async function runHostTests(options: HostTestOptions): Promise<HostTestRun> {
  rmSync(options.resultFile, { force: true })
  const server = await startServer({ testDriver: true, env: options.env ?? {} })
  try {
    const code = await drive(server, options)
    if (!existsSync(options.resultFile)) throw new Error(`The extension host ended with ${code} and without a result.`)
    if (code !== 0) server.collectLogs(options.artifacts)
    return { code, result: readFileSync(options.resultFile, 'utf8') }
  } catch (error) {
    server.collectLogs(options.artifacts)
    options.onOutput?.(server.hostLog())
    throw error
  } finally {
    await server.stop()
  }
}

async function drive(server: Server, options: HostTestOptions): Promise<number> {
  const browser = await openBrowser()
  const { page } = browser
  try {
    const exit = Promise.withResolvers<number>()
    // The workbench of a test run calls these two by name.
    await page.exposeFunction('codeAutomationLog', (_kind: string, parts: readonly unknown[]) => options.onOutput?.(parts.join(' ')))
    await page.exposeFunction('codeAutomationExit', (code: number) => exit.resolve(code))
    const remote = (path: string): string => `vscode-remote://${server.authority}${path}`
    await page.goto(
      server.url(options.workspace, [
        ['extensionDevelopmentPath', remote(options.extension)],
        ['extensionTestsPath', remote(options.tests)],
      ]),
    )
    return await withDeadline(exit.promise, options.timeoutMs)
  } catch (error) {
    await page.screenshot({ path: join(options.artifacts, 'page.png') }).catch(() => {})
    throw error
  } finally {
    await browser.stop()
  }
}

async function withDeadline<T>(promise: Promise<T>, ms: number): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error(`The extension host has not finished after ${ms / 1000} s.`)), ms)
  try {
    return await Promise.race([promise, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
