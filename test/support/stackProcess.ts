// `node test/support/stackProcess.ts KIND PROJECT [ENGINE]`: a change of the stack in a process of its own; tells each step on
// the standard error and prints the state.
import { controlOf } from './stackControl.ts'

const [, , kind, project = '', engine] = process.argv
const control = controlOf(project, process.env, engine === 'docker' ? 'docker' : 'local')
const report = ({ step }: { readonly step: string }): void => void process.stderr.write(`${step}\n`)
const state = await control.change({ kind: kind === 'up' ? 'up' : 'down' }, report, new AbortController().signal)
process.stdout.write(`${JSON.stringify(state)}\n`)
