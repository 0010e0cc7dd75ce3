import type { Signal } from '@preact/signals'
import { asError } from '#base/errors.ts'
import type { RunModel } from './runModel.ts'
import type { RunStrings } from './runStrings.ts'
import type { View } from './savedState.ts'

/** What the extension does for the page. */
export interface Actions {
  readonly copy: (text: string) => Promise<void>
  /** How many values were copied. */
  readonly copyMetric: (key: string) => Promise<number>
  readonly openInMlflow: () => Promise<void>
}

/** What every part of the page gets. */
export interface PartProps {
  readonly model: RunModel
  readonly strings: RunStrings
  readonly view: Signal<View>
  readonly show: (change: Partial<View>) => void
  readonly actions: Actions
  /** Reads a sentence out, and shows it for a moment. */
  readonly say: (text: string) => void
}

/** Says how copying ended. */
export async function told(copying: Promise<void>, done: string, { say, strings }: Pick<PartProps, 'say' | 'strings'>): Promise<void> {
  await copying.then(
    () => say(done),
    (error: unknown) => say(strings.copyFailed(asError(error).message)),
  )
}
