import type { RunState } from '#protocol/run.ts'
import { Icon, type IconName } from '../shared/icons.tsx'
import type { RunStrings } from './runStrings.ts'

const icons: Readonly<Record<RunState, IconName>> = {
  running: 'running',
  scheduled: 'clock',
  finished: 'check',
  failed: 'warning',
  killed: 'blocked',
  unknown: 'blocked',
}

/** The state of a run, in a word and a picture; a change is read out. */
export function StatusBadge({ status, strings }: { readonly status: RunState; readonly strings: RunStrings }) {
  return (
    <span class="dfr-badge" data-status={status} role="status">
      <Icon name={icons[status]} size={14} />
      {strings.states[status]}
    </span>
  )
}
