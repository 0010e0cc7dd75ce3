/** Values from several makers to one taker, in order of arrival; makers wait while the taker is behind. */
export class Channel<T> implements AsyncIterable<T> {
  readonly #most: number
  readonly #values: T[] = []
  readonly #makers: (() => void)[] = []
  #taker: (() => void) | undefined
  #end: { readonly error?: unknown } | undefined

  /** @param most values kept for the taker */
  constructor(most: number) {
    this.#most = most
  }

  /** Resolves when there is room for another; values after the end are dropped. */
  async push(value: T): Promise<void> {
    if (this.#end) return
    this.#values.push(value)
    this.#wake()
    while (this.#values.length >= this.#most && !this.#end) await new Promise<void>(resolve => void this.#makers.push(resolve))
  }

  /** Ends it after the values that are there; with an error, the taker gets that then. */
  close(error?: unknown): void {
    this.#end ??= error === undefined ? {} : { error }
    this.#wake()
    this.#letGo()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    try {
      for (;;) {
        const taken = this.#values.splice(0)
        this.#letGo()
        yield* taken
        if (this.#values.length > 0) continue
        if (this.#end) {
          if ('error' in this.#end) throw this.#end.error
          return
        }
        await new Promise<void>(resolve => (this.#taker = resolve))
      }
    } finally {
      this.close()
    }
  }

  #wake(): void {
    this.#taker?.()
    this.#taker = undefined
  }

  #letGo(): void {
    for (const resolve of this.#makers.splice(0)) resolve()
  }
}
