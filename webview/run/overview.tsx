import type { ComponentChildren } from 'preact'
import type { RunDetails } from '#protocol/run.ts'
import { lengthText, momentText } from '../shared/chart/chartText.ts'
import { Icon } from '../shared/icons.tsx'
import { Visible } from '../shared/visible.tsx'
import { told, type PartProps } from './parts.ts'

/** What a run is: when, by whom, from what. */
export function Overview(props: PartProps & { readonly run: RunDetails }) {
  const { strings, run } = props
  const { facts, language } = strings
  const moment = (ms: number | null): string => (ms === null ? '' : momentText(ms, language))
  const { started, ended } = run
  return (
    <>
      <dl class="dfr-facts">
        <Fact name={facts.state}>{strings.states[run.status]}</Fact>
        <Copied {...props} name={facts.runId} text={run.id} />
        <Copied {...props} name={facts.experiment} text={run.experimentName ?? run.experimentId} />
        <Fact name={facts.started}>{moment(started)}</Fact>
        <Fact name={facts.ended}>{moment(ended)}</Fact>
        <Fact name={facts.duration}>{started === null || ended === null ? '' : lengthText(ended - started, language)}</Fact>
        <Fact name={facts.user}>{run.user === '' ? null : <Visible text={run.user} />}</Fact>
        <Copied {...props} name={facts.source} text={run.source} />
        <Copied {...props} name={facts.commit} text={run.commit} />
        <Copied {...props} name={facts.artifacts} text={run.artifactUri} />
        <Copied {...props} name={facts.server} text={run.trackingUri} />
      </dl>
      {run.note === '' ? null : (
        <section class="dfr-note" aria-labelledby="note">
          <h2 id="note">{facts.note}</h2>
          <p>{run.note}</p>
        </section>
      )}
    </>
  )
}

/** Left out where there is nothing to say. */
function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  if (children === null || children === '') return null
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function Copied({ name, text, ...props }: PartProps & { readonly name: string; readonly text: string }) {
  if (text === '') return null
  const { strings, actions } = props
  const label = strings.entries.copy(name)
  return (
    <Fact name={name}>
      <Visible text={text} />
      <button
        type="button"
        class="dfl-iconbutton"
        title={label}
        aria-label={label}
        onClick={() => void told(actions.copy(text), strings.copied, props)}
      >
        <Icon name="copy" size={14} />
      </button>
    </Fact>
  )
}
