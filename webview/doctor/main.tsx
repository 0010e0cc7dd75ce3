import { render } from 'preact'
import type { DoctorHost, DoctorPage } from '#protocol/doctor.ts'
import '../shared/base.css'
import '../shared/page.css'
import { connect } from '../shared/bridge.ts'
import { App } from './app.tsx'
import './doctor.css'
import { DoctorModel } from './doctorModel.ts'
import { doctorStringsFor } from './doctorStrings.ts'

const { peer, save } = connect<DoctorPage, DoctorHost>({ examineAgain: async () => await model.examine() })
const model = new DoctorModel(async (report, signal) => await peer.call('examine', {}, signal, report))

// VS Code restores a panel only where its page has saved something.
save({})
const root = document.getElementById('root')
if (root) {
  const actions = {
    fix: async (id: number) => (await peer.call('fix', { id })).isDone,
    fixAll: async () => (await peer.call('fixAll', {})).isDone,
    openPlace: (id: number) => void peer.call('openPlace', { id }),
    copyReport: async () => await peer.call('copyReport', {}),
  }
  render(<App model={model} strings={doctorStringsFor(document.documentElement.lang)} actions={actions} />, root)
}
void model.examine()
