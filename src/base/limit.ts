/** Runs at most `slots` tasks at once, in order of arrival; the answer is the task's own. */
export function limit(slots: number): <T>(task: () => Promise<T>) => Promise<T> {
  let free = slots
  const waiting: (() => void)[] = []
  return async task => {
    if (free > 0) free -= 1
    else await new Promise<void>(resolve => void waiting.push(resolve))
    try {
      return await task()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else free += 1
    }
  }
}
