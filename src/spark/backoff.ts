const firstWaitMs = 50
const factor = 4
const longestWaitMs = 30_000
const attempts = 15
const attemptsBeforeAnyAnswer = 5
const jitterFromMs = 2000
const jitterMs = 500
const longestServerWaitMs = 10 * 60_000

/** How long to wait before the next attempt to take up a stream again: the constants that Spark's own clients share. */
export class Backoff {
  #failures = 0
  #everHeard = false
  readonly #random: () => number

  constructor(random: () => number = Math.random) {
    this.#random = random
  }

  /** A message arrived: the next failure is a first one. */
  heard(): void {
    this.#failures = 0
    this.#everHeard = true
  }

  /** Undefined when it has been tried often enough; a server that never answered and refuses connections is given up early. */
  next({ retryAfterMs = 0, refused = false }: { readonly retryAfterMs?: number; readonly refused?: boolean }): number | undefined {
    this.#failures += 1
    if (this.#failures >= (refused && !this.#everHeard ? attemptsBeforeAnyAnswer : attempts)) return undefined
    const wait = Math.min(firstWaitMs * factor ** (this.#failures - 1), longestWaitMs)
    const jitter = wait >= jitterFromMs ? this.#random() * jitterMs : 0
    return Math.max(wait + jitter, Math.min(retryAfterMs, longestServerWaitMs))
  }
}
