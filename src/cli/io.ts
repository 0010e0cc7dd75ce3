/** What a command takes from its terminal. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly workingFolder: string
  /** Resolves when the reader has taken it. @throws ClosedError when the reader has gone */
  readonly out: (chunk: string | Uint8Array) => Promise<void>
  /** One line to the standard error. */
  readonly tell: (line: string) => void
  /** Replaces the last such line on a terminal; says nothing elsewhere. */
  readonly flash: (line: string) => void
  readonly readInput: () => Promise<string>
  /** The answer to a question of yes or no; undefined where nobody can be asked. */
  readonly ask: (question: string, signal: AbortSignal) => Promise<boolean | undefined>
}

/** The reader of the output has gone, as `head` does when it has enough: no failure. */
export class ClosedError extends Error {
  override readonly name = 'ClosedError'
}

const chunkLength = 64 * 1024

/** Gathers small pieces of text into larger writes. */
export class TextOut {
  readonly #io: Pick<Io, 'out'>
  #parts: string[] = []
  #length = 0

  constructor(io: Pick<Io, 'out'>) {
    this.#io = io
  }

  async write(text: string): Promise<void> {
    this.#parts.push(text)
    this.#length += text.length
    if (this.#length >= chunkLength) await this.flush()
  }

  async flush(): Promise<void> {
    const text = this.#parts.join('')
    this.#parts = []
    this.#length = 0
    if (text !== '') await this.#io.out(text)
  }
}
