// `node test/support/stackProcess.ts up|down PROJECT`: the stack control in a process of its own; prints the state.
import { controlOf } from './stackControl.ts'

const [, , action, project = ''] = process.argv
const control = controlOf(project)
const { signal } = new AbortController()
const state = await control.change({ kind: action === 'up' ? 'up' : 'down' }, () => {}, signal)
process.stdout.write(`${JSON.stringify(state)}\n`)
