import type { Disposable } from './disposable.ts'

/** Subscribes; ends with the returned disposable. The payload is the new state, never a delta. */
export type Event<T> = (listener: (state: T) => void) => Disposable

/** The private end of an {@link Event}: `readonly onDidX = this.#x.event`. */
export class Emitter<T> implements Disposable {
  readonly #listeners = new Set<(state: T) => void>()

  readonly event: Event<T> = listener => {
    const own = (state: T): void => listener(state)
    this.#listeners.add(own)
    return { dispose: () => void this.#listeners.delete(own) }
  }

  fire(state: T): void {
    for (const listener of Array.from(this.#listeners)) listener(state)
  }

  dispose(): void {
    this.#listeners.clear()
  }
}
