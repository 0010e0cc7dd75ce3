import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import type { EngineKind, StackState } from '#stack/types.ts'

export interface OtherProcess {
  /** The state that it ends with. @throws Error with what it said when it ends otherwise */
  readonly state: Promise<StackState>
  /** Ends it as a crash does. */
  kill(): Promise<void>
  /** The same once it tells a step that begins like this. */
  killAt(step: string): Promise<void>
}

export interface OtherChange {
  readonly kind: 'up' | 'down'
  readonly project: string
  readonly engine: EngineKind
  readonly env: NodeJS.ProcessEnv
}

/** A change of a stack by another process, as a second window or a terminal makes it. */
export function changeElsewhere({ kind, project, engine, env }: OtherChange): OtherProcess {
  const child = spawn(process.execPath, ['test/support/stackProcess.ts', kind, project, engine], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const steps: string[] = []
  const ended = new Promise<void>(resolve => void child.once('close', () => resolve()))
  const waiting = new Map<string, () => void>()
  createInterface({ input: child.stderr }).on('line', line => {
    steps.push(line)
    for (const [beginning, found] of waiting) if (line.startsWith(beginning)) found()
  })
  const state = text(child.stdout).then(printed => {
    if (printed === '') throw new Error(`The other process ended: ${steps.join(' / ')}`)
    // SAFETY: the script prints the state that the control gave it.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return JSON.parse(printed) as StackState
  })
  // Who kills it does not wait for a state.
  state.catch(() => {})
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL')
    await ended
  }
  return {
    state,
    kill,
    killAt: async beginning => {
      const found = new Promise<void>(resolve => void waiting.set(beginning, resolve))
      await Promise.race([found, ended])
      if (!steps.some(step => step.startsWith(beginning))) throw new Error(`It never came to “${beginning}”: ${steps.join(' / ')}`)
      await kill()
    },
  }
}
