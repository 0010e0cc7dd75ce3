import type { StackRequest } from '#stack/plan.ts'
import type { ServiceName } from '#stack/types.ts'
import { limitOf, parseWhole, UsageError } from './usageError.ts'

export type StackCommand =
  | { readonly kind: 'status'; readonly withUsage: boolean }
  | { readonly kind: 'change'; readonly request: StackRequest; readonly isConfirmed: boolean }
  | { readonly kind: 'plan'; readonly request: StackRequest }
  | { readonly kind: 'logs'; readonly services: readonly ServiceName[]; readonly lines: number; readonly isFollowed: boolean }
  /** `fixes` are codes of findings to mend. */
  | { readonly kind: 'doctor'; readonly fixes: readonly string[]; readonly isConfirmed: boolean }

/** Those of any command about the stack. */
export const stackOptions = ['lines', 'follow', 'usage', 'yes', 'fix'] as const

interface StackValues {
  readonly lines?: string | undefined
  readonly follow?: boolean | undefined
  readonly usage?: boolean | undefined
  readonly yes?: boolean | undefined
  readonly fix?: readonly string[] | undefined
}

const own: Readonly<Record<string, readonly (keyof StackValues)[]>> = {
  up: [],
  down: [],
  restart: [],
  status: ['usage'],
  logs: ['lines', 'follow'],
  plan: [],
  scale: [],
  remove: [],
  reset: ['yes'],
  doctor: ['fix', 'yes'],
}

const names = Object.keys(own).join(', ')
const defaultLines = 100

/** The arguments behind `stack`. @throws UsageError */
export function stackCommand([action, ...rest]: readonly string[], values: StackValues): StackCommand {
  if (action === undefined) throw new UsageError(`"stack" needs one of: ${names}.`)
  const known = Object.hasOwn(own, action) ? own[action] : undefined
  if (!known) throw new UsageError(`"stack" has no command "${action}"; it has ${names}.`)
  const foreign = stackOptions.find(option => values[option] !== undefined && !known.includes(option))
  if (foreign !== undefined) throw new UsageError(`"stack ${action}" has no option --${foreign}.`)
  switch (action) {
    case 'status':
      if (rest.length > 0) throw new UsageError('"stack status" is about the whole stack; it takes no service.')
      return { kind: 'status', withUsage: values.usage === true }
    case 'logs':
      return { kind: 'logs', services: rest, lines: limitOf(values.lines, defaultLines, 'lines'), isFollowed: values.follow === true }
    case 'doctor':
      if (rest.length > 0) throw new UsageError('"stack doctor" is about the whole stack; it takes no service.')
      return { kind: 'doctor', fixes: (values.fix ?? []).flatMap(codes => codes.split(',')), isConfirmed: values.yes === true }
    case 'plan':
      return { kind: 'plan', request: requestOf(rest[0] ?? 'up', rest.slice(1)) }
    default:
      return { kind: 'change', request: requestOf(action, rest), isConfirmed: values.yes === true }
  }
}

function requestOf(kind: string, rest: readonly string[]): StackRequest {
  switch (kind) {
    case 'up':
    case 'down':
    case 'restart':
    case 'remove':
    case 'reset':
      return rest.length === 0 ? { kind } : { kind, services: rest }
    case 'scale': {
      const [service, count, more] = rest
      if (service === undefined || count === undefined || more !== undefined)
        throw new UsageError('"stack scale" needs a service and a number.')
      const number = parseWhole(count)
      if (number === undefined) throw new UsageError(`"stack scale" needs a whole number, not "${count}".`)
      return { kind, service, count: number }
    }
    default:
      throw new UsageError(`There is no plan of "${kind}"; there is one of up, down, restart, scale, remove and reset.`)
  }
}
