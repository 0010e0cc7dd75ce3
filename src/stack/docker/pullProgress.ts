import type { ProgressLine } from './wire.ts'

export interface PullState {
  readonly phase: 'downloading' | 'unpacking'
  readonly done: number
  /** Absent while the size of a layer is not known. */
  readonly total?: number
}

interface Layer {
  downloaded: number
  unpacked: number
  total: number | undefined
  isDownloaded: boolean
  isUnpacked: boolean
}

const known: ReadonlySet<string> = new Set([
  'Pulling fs layer',
  'Waiting',
  'Downloading',
  'Verifying Checksum',
  'Download complete',
  'Extracting',
  'Pull complete',
])

/** The layers of an image on their way, summed. Those that the engine has already do not count. */
export class PullProgress {
  readonly #layers = new Map<string, Layer>()

  /** Undefined for a line that changes nothing. */
  take({ id, status, current, total }: ProgressLine): PullState | undefined {
    if (id === undefined || status === undefined || !known.has(status)) return undefined
    const layer = this.#layers.get(id) ?? { downloaded: 0, unpacked: 0, total: undefined, isDownloaded: false, isUnpacked: false }
    this.#layers.set(id, layer)
    if (total !== undefined) layer.total = total
    if (status === 'Downloading') layer.downloaded = current ?? layer.downloaded
    if (status === 'Extracting') layer.unpacked = current ?? layer.unpacked
    layer.isDownloaded ||=
      status === 'Verifying Checksum' || status === 'Download complete' || status === 'Extracting' || status === 'Pull complete'
    layer.isUnpacked ||= status === 'Pull complete'
    return this.#state()
  }

  #state(): PullState {
    const layers = [...this.#layers.values()]
    const isDownloaded = layers.every(layer => layer.isDownloaded)
    const totals = layers.map(layer => layer.total ?? (layer.isDownloaded ? layer.downloaded : undefined))
    const total = totals.includes(undefined) ? undefined : totals.reduce<number>((sum, each) => sum + (each ?? 0), 0)
    const done = layers.reduce((sum, layer) => sum + (isDownloaded ? unpacked(layer) : downloaded(layer)), 0)
    return { phase: isDownloaded ? 'unpacking' : 'downloading', done, ...(total === undefined || total === 0 ? {} : { total }) }
  }
}

function downloaded(layer: Layer): number {
  return layer.isDownloaded ? (layer.total ?? layer.downloaded) : layer.downloaded
}

function unpacked(layer: Layer): number {
  return layer.isUnpacked ? (layer.total ?? layer.unpacked) : layer.unpacked
}
