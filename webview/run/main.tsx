import { signal } from '@preact/signals'
import { render } from 'preact'
import { systemClock } from '#base/clock.ts'
import type { RunHost, RunPage } from '#protocol/run.ts'
import 'uplot/dist/uPlot.min.css'
import { connect } from '../shared/bridge.ts'
import '../shared/base.css'
import '../shared/page.css'
import { App } from './app.tsx'
import './run.css'
import { RunModel } from './runModel.ts'
import { runStringsFor } from './runStrings.ts'
import { readSavedPage, type SavedPage, type View } from './savedState.ts'

const { peer, saved, save } = connect<RunPage, RunHost>({
  keep: async run => keep(run),
})
const model = new RunModel(
  {
    open: (of, abort) => peer.call('open', of, abort),
    readMetric: (of, abort) => peer.call('readMetric', of, abort),
    listArtifacts: (of, abort) => peer.call('listArtifacts', of, abort),
  },
  systemClock,
  () => document.visibilityState === 'visible',
)
let state = readSavedPage(saved)
const view = signal<View>(state)

function keep(change: Partial<SavedPage>): void {
  state = { ...state, ...change }
  save(state)
}

const root = document.getElementById('root')
if (root) {
  const show = (change: Partial<View>): void => {
    view.value = { ...view.value, ...change }
    keep(change)
  }
  const actions = {
    copy: async (text: string): Promise<void> => await peer.call('copy', { text }),
    copyMetric: async (key: string): Promise<number> => (await peer.call('copyMetric', { key })).points,
    openInMlflow: async (): Promise<void> => await peer.call('openInMlflow', {}),
  }
  render(<App model={model} strings={runStringsFor(document.documentElement.lang)} view={view} show={show} actions={actions} />, root)
}
void model.open()
void model.live()
