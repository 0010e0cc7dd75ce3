import { signal } from '@preact/signals'
import { asError, isProblem } from '#base/errors.ts'
import type { Examination } from '#protocol/doctor.ts'

export type Phase =
  | { readonly kind: 'looking'; readonly done: number; readonly total: number }
  | { readonly kind: 'seen' }
  | { readonly kind: 'failed'; readonly message: string; readonly hint: string | undefined }

export type Look = (
  report: (progress: { readonly done: number; readonly total: number }) => void,
  signal: AbortSignal,
) => Promise<Examination>

/** What the page shows: the last examination, and whether another one is under way. */
export class DoctorModel {
  readonly phase = signal<Phase>({ kind: 'looking', done: 0, total: 0 })
  readonly seen = signal<Examination | undefined>(undefined)
  readonly #look: Look
  #looking = new AbortController()

  constructor(look: Look) {
    this.#look = look
  }

  /** Ends an examination that is under way; the one before stays on show meanwhile. */
  async examine(): Promise<void> {
    this.#looking.abort()
    const looking = new AbortController()
    this.#looking = looking
    this.phase.value = { kind: 'looking', done: 0, total: 0 }
    try {
      const report = (progress: { readonly done: number; readonly total: number }): void => {
        if (!looking.signal.aborted) this.phase.value = { kind: 'looking', ...progress }
      }
      const seen = await this.#look(report, looking.signal)
      if (looking.signal.aborted) return
      this.seen.value = seen
      this.phase.value = { kind: 'seen' }
    } catch (error) {
      if (looking.signal.aborted) return
      const hint = isProblem(error) ? error.hint : undefined
      this.phase.value = { kind: 'failed', message: asError(error).message, hint }
    }
  }
}
