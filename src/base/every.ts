import type { Disposable } from './disposable.ts'

/** Starts a task again and again until disposed; does not keep the process alive. */
export type Every = (ms: number, task: () => void) => Disposable

export const every: Every = (ms, task) => {
  const timer = setInterval(task, ms)
  timer.unref()
  return { dispose: () => clearInterval(timer) }
}
