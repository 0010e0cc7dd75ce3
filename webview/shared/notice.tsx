import { Icon, type IconName } from './icons.tsx'

export interface NoticeProps {
  readonly icon: IconName
  readonly title: string
  readonly message?: string | undefined
  readonly hint?: string | undefined
  readonly action?: { readonly label: string; readonly run: () => void } | undefined
  /** `alert` is read out at once. */
  readonly role: 'alert' | 'note'
}

/** What stands in place of rows: why there are none and what to do. */
export function Notice({ icon, title, message, hint, action, role }: NoticeProps) {
  return (
    <div class="dfp-notice" role={role}>
      <Icon name={icon} size={36} />
      <h2>{title}</h2>
      {message === undefined ? null : <p>{message}</p>}
      {hint === undefined ? null : <p class="dfp-quiet">{hint}</p>}
      {action ? (
        <button type="button" class="dfp-primary" onClick={action.run}>
          {action.label}
        </button>
      ) : null}
    </div>
  )
}
