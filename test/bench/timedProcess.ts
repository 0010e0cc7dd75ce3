import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** A process that measures itself: it prints a line when it has begun, and the ms of one more run for each line of its stdin. */
export interface TimedProcess {
  /** Its first line. */
  readonly first: Promise<string>
  again(): Promise<number>
  end(): void
}

export function startTimed(command: string, args: readonly string[], env: Readonly<NodeJS.ProcessEnv> = process.env): TimedProcess {
  const child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const failed = once(child, 'exit').then(([code]) => Promise.reject(new Error(`${command} ${args[0]} ended with ${code}.`)))
  failed.catch(() => {})
  const line = async (): Promise<string> => String((await Promise.race([lines.next(), failed])).value)
  return {
    first: line(),
    again: async () => {
      child.stdin.write('\n')
      return Number(await line())
    },
    end: () => child.kill(),
  }
}
