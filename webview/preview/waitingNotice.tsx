import { byteText } from '#base/byteText.ts'
import type { ReadProgress } from '#base/progress.ts'
import { countText, type Strings } from '../shared/strings.ts'
import type { PreviewModel } from './previewModel.ts'

/** What is being read and how far it is, once that takes long, with a way to end it. The stage is read out, its numbers are not. */
export function WaitingNotice({ model, strings }: { readonly model: PreviewModel; readonly strings: Strings }) {
  const waiting = model.isBusy.value ? model.waiting.value : undefined
  const stage = waiting ? stageText(waiting.progress, strings) : ''
  const isAlone = model.shown.value === undefined
  return (
    <>
      <span class="dfl-hidden" role="status">
        {stage}
      </span>
      {waiting ? (
        <div class={isAlone ? 'dfp-waiting dfp-alone' : 'dfp-waiting'}>
          <span aria-hidden="true">{[stage, amountText(waiting.progress, strings)].filter(text => text !== '').join(' · ')}</span>
          <button type="button" class="dfp-primary" onClick={() => model.cancel()}>
            {strings.preview.cancel}
          </button>
        </div>
      ) : null}
    </>
  )
}

function stageText(progress: ReadProgress | undefined, { preview }: Strings): string {
  return progress ? preview.readingStage[progress.stage] : preview.reading
}

/** Empty where nobody knows how much there is. */
function amountText(progress: ReadProgress | undefined, strings: Strings): string {
  if (!progress?.total) return ''
  const { done, total, unit } = progress
  const [read, all] = [Math.min(done, total), total].map(amount =>
    unit === 'bytes' ? byteText(amount, strings.language) : countText(amount, strings),
  )
  return strings.preview.readSoFar(read ?? '', all ?? '', unit)
}
