import { writePoints, type LatestValue, type RunDetails, type RunHost } from '#protocol/run.ts'

const started = Date.UTC(2026, 10, 24, 10, 0, 0)

/** Texts that a page must show and never run. */
export const hostileName = `<img src=x onerror="globalThis.hacked = 1">\u202Etxt.exe`

/** What `open` answers. */
export function runAt(parts: Partial<RunDetails> = {}): RunDetails {
  return {
    id: 'ead97ccb61c242bb84c9d12dc0610f28',
    name: 'bold-ant-7',
    experimentId: '2',
    experimentName: 'trading',
    status: 'finished',
    isDeleted: false,
    started,
    ended: started + 754_000,
    user: 'ana',
    source: 'train.py',
    commit: '2b2517a1c0ffee',
    note: 'First try.\n<b>No markup.</b>',
    artifactUri: 'mlflow-artifacts:/2/ead97ccb/artifacts',
    trackingUri: 'http://127.0.0.1:5000',
    metrics: [
      latest('accuracy', '0.9312', '9999'),
      latest('loss', '0.0001', '9999'),
      latest('only once', '42', '0'),
      latest('spoilt', 'NaN', '3'),
    ],
    params: [
      { key: 'empty', value: '' },
      { key: hostileName, value: '<script>globalThis.hacked = 1</script>' },
      { key: 'learning_rate', value: '0.1' },
      { key: 'prompt', value: 'x'.repeat(6000) },
    ],
    tags: [{ key: 'mlflow.user', value: 'ana' }],
    ...parts,
  }
}

export function latest(key: string, value: string, step: string): LatestValue {
  return { key, value, step, time: started + 754_000 }
}

/** So many points of a metric from a step on, one a second. */
export function pointsFrom(first: number, count: number, valueOf: (step: number) => number = step => 1 / (1 + step)): Uint8Array {
  const steps = Float64Array.from({ length: count }, (_, i) => first + i)
  return writePoints({ steps, times: steps.map(step => started + step * 1000), values: steps.map(valueOf) })
}

/** A finished run with four metrics, of which two have a history, and some artifacts; parts can be replaced. */
export function pretendRun(parts: Partial<RunHost> = {}): RunHost & { readonly calls: string[] } {
  const calls: string[] = []
  return {
    calls,
    open: async () => runAt(),
    readMetric: async ({ key, steps }) => {
      calls.push(steps ? `read ${key} ${steps.first} ${steps.last}` : `read ${key}`)
      if (key === 'only once') return { columns: pointsFrom(0, 1, () => 42), isSampled: false }
      if (key === 'spoilt') return { columns: pointsFrom(0, 4, () => Number.NaN), isSampled: false }
      if (steps) return { columns: pointsFrom(steps.first, Math.min(2000, steps.last - steps.first + 1)), isSampled: false }
      return { columns: pointsFrom(0, 2000), isSampled: true }
    },
    copyMetric: async ({ key }) => {
      calls.push(`copy metric ${key}`)
      return { points: 10_000 }
    },
    listArtifacts: async ({ path, from }) => {
      calls.push(`list ${path}${from === null ? '' : ` ${from}`}`)
      return artifactsOf(path, from)
    },
    copy: async ({ text }) => void calls.push(`copy ${text}`),
    openInMlflow: async () => void calls.push('open in MLflow'),
    ...parts,
  }
}

async function artifactsOf(path: string, from: string | null): ReturnType<RunHost['listArtifacts']> {
  const file = (name: string, size: number | null) => ({ path: path === '' ? name : `${path}/${name}`, isFolder: false, size })
  if (path === '') {
    return {
      artifacts: [{ path: 'model', isFolder: true, size: null }, file(hostileName.replaceAll('/', ''), 5), file('empty.txt', null)],
      next: null,
    }
  }
  if (path === 'model') return { artifacts: [{ path: 'model/data', isFolder: true, size: null }, file('MLmodel', 1_250_000)], next: null }
  return from === null ? { artifacts: [file('a.bin', 10)], next: 'page 2' } : { artifacts: [file('b.bin', 20)], next: null }
}
