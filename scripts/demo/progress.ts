import type { StackProgress } from '#stack/types.ts'

const barWidth = 24

/** Shows the steps of a long start: a line that grows on a terminal, a line a step elsewhere. */
export class ProgressLine {
  readonly #output: NodeJS.WriteStream
  #step = ''
  #started = Date.now()

  constructor(output: NodeJS.WriteStream = process.stderr) {
    this.#output = output
  }

  show({ step, done, total }: StackProgress): void {
    if (step !== this.#step) {
      this.end()
      this.#step = step
      this.#started = Date.now()
      this.#output.write(this.#output.isTTY ? `· ${step}` : `· ${step}\n`)
    }
    if (this.#output.isTTY && done !== undefined && total !== undefined) this.#output.write(`\r\x1b[K· ${step} ${bar(done / total)}`)
  }

  /** Closes the line of the last step. */
  end(): void {
    if (this.#step === '') return
    const seconds = ((Date.now() - this.#started) / 1000).toFixed(1)
    if (this.#output.isTTY) this.#output.write(`\r\x1b[K✔ ${this.#step} (${seconds} s)\n`)
    this.#step = ''
  }
}

function bar(share: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * barWidth)
  return `${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)} ${Math.round(share * 100)} %`
}
