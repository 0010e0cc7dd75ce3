/** Something that holds on to the outside until it is told to let go; disposing twice is harmless. */
export interface Disposable {
  dispose(): void
}

/** Owns disposables and ends them, newest first; adding after its own end disposes at once. */
export class DisposableStore implements Disposable {
  readonly #owned = new Set<Disposable>()
  #disposed = false

  add<T extends Disposable>(disposable: T): T {
    if (this.#disposed) disposable.dispose()
    else this.#owned.add(disposable)
    return disposable
  }

  dispose(): void {
    this.#disposed = true
    for (const disposable of [...this.#owned].toReversed()) disposable.dispose()
    this.#owned.clear()
  }
}

/** Owns at most one disposable; setting another ends the one before. */
export class MutableDisposable<T extends Disposable> implements Disposable {
  #value: T | undefined
  #disposed = false

  get value(): T | undefined {
    return this.#value
  }

  set value(next: T | undefined) {
    if (next === this.#value) return
    this.#value?.dispose()
    this.#value = next
    if (this.#disposed) this.#value?.dispose()
  }

  dispose(): void {
    this.#disposed = true
    this.#value?.dispose()
    this.#value = undefined
  }
}
