import { effect } from '@preact/signals'
import { render } from 'preact'
import { systemClock } from '#base/clock.ts'
import type { PreviewHost, PreviewPage } from '#protocol/preview.ts'
import { connect } from '../shared/bridge.ts'
import '../shared/base.css'
import '../shared/grid/grid.css'
import '../shared/page.css'
import { stringsFor } from '../shared/strings.ts'
import { App } from './app.tsx'
import './preview.css'
import { PreviewModel } from './previewModel.ts'
import { readSavedPage, type SavedPage } from './savedState.ts'

/** How long the view must rest before it is saved: scrolling changes it with every frame. */
const saveAfterMs = 150

const { peer, saved, save } = connect<PreviewPage, PreviewHost>({
  show: async ({ version }) => await model.open(version),
  keep: async ({ place }) => keep({ place }),
})
const model = new PreviewModel(
  {
    open: (at, signal, report) => peer.call('open', at, signal, report),
    listVersions: (page, signal) => peer.call('listVersions', page, signal),
    readPage: (range, signal, report) => peer.call('readPage', range, signal, report),
    countRows: (of, signal) => peer.call('countRows', of, signal),
  },
  systemClock,
)
let state = readSavedPage(saved)
let timer: ReturnType<typeof setTimeout> | undefined

function keep(change: SavedPage): void {
  state = { ...state, ...change }
  clearTimeout(timer)
  timer = setTimeout(() => save(state), saveAfterMs)
}

effect(() => {
  const shown = model.shown.value
  if (!shown) return
  const { view, filter = '' } = state
  const top = view && shown.filter !== filter ? { view: { ...view, row: 0, active: { ...view.active, row: 0 } } } : {}
  keep({ version: shown.table.version, filter: shown.filter, ...top })
})
document.addEventListener('visibilitychange', () => save(state))
const root = document.getElementById('root')
if (root) {
  const strings = stringsFor(document.documentElement.lang)
  const copy = async (text: string): Promise<void> => await peer.call('copy', { text })
  render(<App model={model} strings={strings} copy={copy} view={() => state.view} saveView={view => keep({ view })} />, root)
}
void model.open(state.version ?? null, { firstRow: state.view?.row ?? 0, filter: state.filter ?? '' })
