import { useSignal } from '@preact/signals'
import type { Examination, ShownFinding } from '#protocol/doctor.ts'
import { Icon, type IconName } from '../shared/icons.tsx'
import { Notice } from '../shared/notice.tsx'
import type { DoctorModel } from './doctorModel.ts'
import type { DoctorStrings } from './doctorStrings.ts'

export interface Actions {
  readonly fix: (id: number) => Promise<boolean>
  readonly fixAll: () => Promise<boolean>
  readonly openPlace: (id: number) => void
  readonly copyReport: () => Promise<void>
}

interface Props {
  readonly model: DoctorModel
  readonly strings: DoctorStrings
  readonly actions: Actions
}

const severities = ['error', 'warning', 'info'] as const
const icons: Readonly<Record<ShownFinding['severity'], IconName>> = { error: 'blocked', warning: 'warning', info: 'inbox' }

/** The page of the doctor: what was found by severity, each with why it matters and what to do. */
export function App({ model, strings, actions }: Props) {
  const said = useSignal('')
  const phase = model.phase.value
  const seen = model.seen.value
  const isLooking = phase.kind === 'looking'
  const mend = async (task: Promise<boolean>): Promise<void> => {
    if (!(await task)) return
    said.value = strings.fixed
    await model.examine()
  }
  return (
    <div class="dfp-app dfd-app" aria-busy={isLooking}>
      <div class={isLooking ? 'dfp-progress dfp-busy' : 'dfp-progress'} />
      <header class="dfd-header">
        <h1>{strings.title}</h1>
        {seen ? <Summary seen={seen} strings={strings} /> : null}
        <div class="dfd-actions">
          <button type="button" class="dfl-button" disabled={isLooking} onClick={() => void model.examine()}>
            {strings.again}
          </button>
          {seen ? (
            <button type="button" class="dfl-button" onClick={() => void actions.copyReport().then(() => (said.value = strings.copied))}>
              {strings.copy}
            </button>
          ) : null}
          {seen && seen.findings.filter(({ changesFiles }) => changesFiles).length > 1 ? (
            <button type="button" class="dfl-button" disabled={isLooking} onClick={() => void mend(actions.fixAll())}>
              {strings.fixAll}
            </button>
          ) : null}
        </div>
        <p class="dfd-status dfp-quiet" role="status">
          {isLooking ? (phase.total === 0 ? strings.looking(0, 1) : strings.looking(phase.done, phase.total)) : said.value}
        </p>
      </header>
      <main class="dfd-main">
        {phase.kind === 'failed' ? (
          <Notice icon="warning" role="alert" title={strings.failed} message={phase.message} hint={phase.hint} />
        ) : null}
        {seen && phase.kind !== 'failed' ? (
          <Findings seen={seen} strings={strings} isBusy={isLooking} fix={id => void mend(actions.fix(id))} openPlace={actions.openPlace} />
        ) : null}
      </main>
    </div>
  )
}

function Summary({ seen: { findings, subject, checkedAt }, strings }: { readonly seen: Examination; readonly strings: DoctorStrings }) {
  const [errors = 0, warnings = 0, notes = 0] = severities.map(severity => findings.filter(finding => finding.severity === severity).length)
  return (
    <p class="dfd-summary">
      <span>{findings.length === 0 ? strings.healthy : strings.summary(errors, warnings, notes)}</span>
      <span class="dfp-quiet">{subject}</span>
      <span class="dfp-quiet">{strings.checkedAt(new Date(checkedAt).toLocaleTimeString())}</span>
    </p>
  )
}

interface FindingsProps {
  readonly seen: Examination
  readonly strings: DoctorStrings
  readonly isBusy: boolean
  readonly fix: (id: number) => void
  readonly openPlace: (id: number) => void
}

function Findings(props: FindingsProps) {
  const { seen, strings } = props
  const groups = severities.map(severity => ({ severity, all: seen.findings.filter(finding => finding.severity === severity) }))
  return (
    <>
      {groups.map(({ severity, all }) =>
        all.length === 0 ? null : (
          <section key={severity} aria-labelledby={`dfd-${severity}`}>
            <h2 id={`dfd-${severity}`}>
              {strings.groups[severity]} ({all.length})
            </h2>
            <ul class="dfd-list">
              {all.map(finding => (
                <Item key={finding.id} finding={finding} {...props} />
              ))}
            </ul>
          </section>
        ),
      )}
      {seen.unchecked.length === 0 ? null : (
        <section aria-labelledby="dfd-unchecked">
          <h2 id="dfd-unchecked">{strings.unchecked}</h2>
          <ul>
            {seen.unchecked.map(({ part, why }) => (
              <li key={part}>
                {part}: {why}
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  )
}

function Item({ finding, strings, isBusy, fix, openPlace }: FindingsProps & { readonly finding: ShownFinding }) {
  const { id, severity, title, evidence, explanation, steps, place } = finding
  const name = `dfd-finding-${id}`
  return (
    <li class={`dfd-item dfd-${severity}`} aria-labelledby={name}>
      <h3 id={name}>
        <Icon name={icons[severity]} />
        {title}
      </h3>
      <p class="dfd-evidence">{evidence}</p>
      <p>{explanation}</p>
      {steps.length === 0 ? null : (
        <ul>
          {steps.map(step => (
            <li key={step}>{step}</li>
          ))}
        </ul>
      )}
      {finding.fix === null && place === null ? null : (
        <div class="dfd-actions">
          {finding.fix === null ? null : (
            <button type="button" class="dfl-button" disabled={isBusy} aria-describedby={name} onClick={() => fix(id)}>
              {finding.fix}
            </button>
          )}
          {place === null ? null : (
            <button type="button" class="dfl-button" aria-describedby={name} onClick={() => openPlace(id)}>
              {strings.open(place)}
            </button>
          )}
        </div>
      )}
    </li>
  )
}
