/** Where diagnostics go; never a secret, never a row. VS Code's LogOutputChannel satisfies it. */
export interface Logger {
  debug(message: string): void
  info(message: string): void
  warn(message: string): void
  error(message: string | Error): void
}

export const silentLog: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
