import type { Healthcheck } from './project.ts'
import { refuseOthers } from './subset.ts'
import { itemsOf, textOf, valueOf, type MapTree, type Problems } from './tree.ts'
import { readBoolean, readDuration, readNumber } from './values.ts'

interface ReadHealthcheck {
  readonly healthcheck?: Healthcheck
  readonly isHealthcheckDisabled?: boolean
}

/** The health check of a service. */
export function readHealthcheck(service: MapTree, problems: Problems): ReadHealthcheck {
  const map = valueOf(service, 'healthcheck')
  if (map?.kind !== 'map') return {}
  refuseOthers(map, 'healthcheck', problems)
  const test = readTest(map)
  if (readBoolean(valueOf(map, 'disable'), problems) === true || test[0] === 'NONE') return { isHealthcheckDisabled: true }
  if (test.length < 2 || (test[0] !== 'CMD' && test[0] !== 'CMD-SHELL')) {
    problems.error(
      (valueOf(map, 'test') ?? map).at,
      'A health check needs test: a command as a text, or a list that begins with CMD or CMD-SHELL.',
    )
    return {}
  }
  const [intervalMs, timeoutMs, startPeriodMs] = ['interval', 'timeout', 'start_period'].map(key =>
    readDuration(valueOf(map, key), problems),
  )
  const retries = readNumber(valueOf(map, 'retries'), problems, 0)
  return {
    healthcheck: {
      test,
      ...(intervalMs === undefined ? {} : { intervalMs }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(retries === undefined ? {} : { retries }),
      ...(startPeriodMs === undefined ? {} : { startPeriodMs }),
    },
  }
}

function readTest(map: MapTree): readonly string[] {
  const test = valueOf(map, 'test')
  return test?.kind === 'scalar' ? ['CMD-SHELL', test.text] : itemsOf(test).map(textOf)
}
