type Report<P> = (progress: P) => void

/**
 * One piece of work that several callers wait for. Each may leave by its own signal; the work is cancelled when the last has
 * left, who then waits for its end.
 */
export class SharedWork<T, P> {
  readonly #abort = new AbortController()
  readonly #reports = new Set<Report<P>>()
  readonly #result: Promise<T>
  #members = 0
  #isSettled = false
  #last: P | undefined

  constructor(work: (report: Report<P>, signal: AbortSignal) => Promise<T>) {
    const tellAll = (progress: P): void => {
      this.#last = progress
      for (const report of Array.from(this.#reports)) report(progress)
    }
    this.#result = work(tellAll, this.#abort.signal).finally(() => (this.#isSettled = true))
  }

  /** False once it has ended: there is nothing left to wait for. */
  get isPending(): boolean {
    return !this.#isSettled
  }

  /** Whether one can still join: it is neither ended nor cancelled. */
  get isOpen(): boolean {
    return this.isPending && !this.isCancelled
  }

  get isCancelled(): boolean {
    return this.#abort.signal.aborted
  }

  cancel(reason: unknown): void {
    this.#abort.abort(reason)
  }

  /** Resolves when the work has ended, well or not. */
  async settled(): Promise<void> {
    await this.#result.then(
      () => undefined,
      () => undefined,
    )
  }

  /** Waits for the result; a late member hears the latest progress at once. */
  async join(report: Report<P>, signal: AbortSignal): Promise<T> {
    const own: Report<P> = progress => report(progress)
    this.#members += 1
    this.#reports.add(own)
    if (this.#last !== undefined) own(this.#last)
    const left = Promise.withResolvers<never>()
    const leave = (): void => {
      this.#members -= 1
      if (this.#members === 0) this.cancel(signal.reason)
      else left.reject(signal.reason)
    }
    if (signal.aborted) leave()
    else signal.addEventListener('abort', leave, { once: true })
    try {
      return await Promise.race([this.#result, left.promise])
    } finally {
      signal.removeEventListener('abort', leave)
      this.#reports.delete(own)
    }
  }
}
