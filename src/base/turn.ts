/** Lets everything that waits (messages, aborts, timers) run before long work goes on. */
export function nextTurn(): Promise<void> {
  return new Promise(resolve => void setImmediate(resolve))
}
