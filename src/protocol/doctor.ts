/** What the doctor's page may ask of the extension. */
export interface DoctorHost {
  /** Looks at the stack; tells how many of its parts were looked at. A newer call ends the one before. */
  examine(
    nothing: Nothing,
    signal: AbortSignal,
    report?: (progress: { readonly done: number; readonly total: number }) => void,
  ): Promise<Examination>
  /** Carries out the fix of a finding of the last examination, once the user has agreed; `false` when not. */
  fix(finding: { readonly id: number }, signal: AbortSignal): Promise<{ readonly isDone: boolean }>
  /** As {@link fix} for all findings that change files, together. */
  fixAll(nothing: Nothing, signal: AbortSignal): Promise<{ readonly isDone: boolean }>
  /** Opens the line that a finding is about. */
  openPlace(finding: { readonly id: number }, signal: AbortSignal): Promise<void>
  /** Puts the findings as text on the clipboard. */
  copyReport(nothing: Nothing, signal: AbortSignal): Promise<void>
}

/** What the extension may tell the page. */
export interface DoctorPage {
  /** The stack is to be looked at anew. */
  examineAgain(nothing: Nothing, signal: AbortSignal): Promise<void>
}

export type Nothing = Readonly<Record<string, never>>

/** What was found, in the user's language; worst first. */
export interface Examination {
  /** What was looked at: a compose file or the folder. */
  readonly subject: string
  /** Epoch ms. */
  readonly checkedAt: number
  readonly findings: readonly ShownFinding[]
  readonly unchecked: readonly { readonly part: string; readonly why: string }[]
}

export interface ShownFinding {
  /** Within this examination. */
  readonly id: number
  readonly severity: 'error' | 'warning' | 'info'
  readonly title: string
  readonly evidence: string
  readonly explanation: string
  readonly steps: readonly string[]
  /** What the button says; null where only the user can do something. */
  readonly fix: string | null
  /** The fix changes files. */
  readonly changesFiles: boolean
  /** `docker-compose.yml, line 7`; null where no file is to blame. */
  readonly place: string | null
}
