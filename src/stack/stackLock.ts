import type { Clock } from '#base/clock.ts'
import { isLocked, withLock } from '#process/lockFile.ts'

/** Keeps others from changing a stack while somebody does; see `StackEngine.exclusively`. */
export class StackLock {
  readonly #file: () => string
  readonly #clock: Clock
  #isHeld = false

  /** @param file known only once it is needed */
  constructor(file: () => string, clock: Clock) {
    this.#file = file
    this.#clock = clock
  }

  /** Whether it is held here. */
  get isHeld(): boolean {
    return this.#isHeld
  }

  /** Whether another process, or another engine of this one, changes the stack. */
  async isHeldElsewhere(): Promise<boolean> {
    return !this.#isHeld && (await isLocked(this.#file()))
  }

  async run<T>(task: () => Promise<T>, onWait: () => void, signal: AbortSignal): Promise<T> {
    return withLock(this.#file(), { clock: this.#clock, signal, onWait }, async () => {
      this.#isHeld = true
      try {
        return await task()
      } finally {
        this.#isHeld = false
      }
    })
  }
}
