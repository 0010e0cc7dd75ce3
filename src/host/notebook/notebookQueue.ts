import type { Disposable } from '#base/disposable.ts'
import type { CellRunner } from './cellRunner.ts'

/** The runs of one notebook, in order of asking; those behind a failed or stopped one of the same request do not begin. */
export class NotebookQueue implements Disposable {
  readonly #waiting = new Set<CellRunner>()
  #last: Promise<unknown> = Promise.resolve()
  #order = 0

  run(runners: readonly CellRunner[]): Promise<void> {
    for (const runner of runners) this.#waiting.add(runner)
    const running = this.#last.then(async () => await this.#inOrder(runners))
    this.#last = running
    return running
  }

  /** Stops the running cell and drops those that wait. */
  stop(): void {
    for (const runner of Array.from(this.#waiting).toReversed()) runner.stop()
  }

  dispose(): void {
    for (const runner of Array.from(this.#waiting).toReversed()) runner.dispose()
  }

  async #inOrder(runners: readonly CellRunner[]): Promise<void> {
    let goesOn = true
    for (const runner of runners) {
      if (!goesOn) runner.dispose()
      else if (!runner.hasEnded) goesOn = (await runner.run((this.#order += 1))) === 'succeeded'
      this.#waiting.delete(runner)
    }
  }
}
