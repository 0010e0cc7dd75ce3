import { signal, type Signal } from '@preact/signals'
import { asError } from '#base/errors.ts'
import type { ArtifactPage, RunArtifact } from '#protocol/run.ts'

/** A folder of artifacts as far as it was read. */
export interface Folder {
  readonly artifacts: readonly RunArtifact[]
  /** Where the next page starts; null after the last. */
  readonly next: string | null
  readonly isLoading: boolean
  readonly problem: Error | undefined
}

/** A line of the tree. */
export type Row =
  | { readonly kind: 'artifact'; readonly artifact: RunArtifact; readonly level: number; readonly isOpen: boolean }
  | { readonly kind: 'more' | 'loading' | 'empty'; readonly path: string; readonly level: number }
  | { readonly kind: 'problem'; readonly path: string; readonly level: number; readonly error: Error }

type List = (of: { readonly path: string; readonly from: string | null }, signal: AbortSignal) => Promise<ArtifactPage>

const unread: Folder = { artifacts: [], next: null, isLoading: true, problem: undefined }

/** The artifacts of a run as a tree; a folder is read when it is first opened. */
export class ArtifactTree {
  readonly #list: List
  readonly #folders: Signal<ReadonlyMap<string, Folder>> = signal(new Map())
  readonly #open: Signal<ReadonlySet<string>> = signal(new Set())
  #ending = new AbortController()

  constructor(list: List) {
    this.#list = list
  }

  /** The lines on show, from the root down; empty before {@link load}. */
  get rows(): readonly Row[] {
    return this.#rowsOf('', 1)
  }

  /** True when the root was read and holds nothing. */
  get isEmpty(): boolean {
    const root = this.#folders.value.get('')
    return root !== undefined && !root.isLoading && !root.problem && root.artifacts.length === 0
  }

  /** Reads the root once. */
  async load(): Promise<void> {
    if (!this.#folders.value.has('')) await this.#read('', null)
  }

  async toggle(path: string): Promise<void> {
    const open = new Set(this.#open.value)
    if (!open.delete(path)) open.add(path)
    this.#open.value = open
    if (open.has(path) && !this.#folders.value.has(path)) await this.#read(path, null)
  }

  /** Reads the next page of a folder, or the one that failed. */
  async more(path: string): Promise<void> {
    const folder = this.#folders.value.get(path)
    if (folder && !folder.isLoading) await this.#read(path, folder.next)
  }

  /** Reads again what was read, the open folders among it. */
  async refresh(): Promise<void> {
    if (!this.#folders.value.has('')) return
    this.#ending.abort()
    this.#ending = new AbortController()
    const open = [...this.#open.value].filter(path => this.#folders.value.has(path))
    this.#folders.value = new Map([...this.#folders.value].filter(([path]) => path === '' || open.includes(path)))
    await Promise.all(['', ...open].map(path => this.#read(path, null)))
  }

  async #read(path: string, from: string | null): Promise<void> {
    const { signal: abort } = this.#ending
    const before = this.#folders.value.get(path) ?? unread
    this.#set(path, { ...before, isLoading: true, problem: undefined })
    try {
      const { artifacts, next } = await this.#list({ path, from }, abort)
      if (abort.aborted) return
      const all = from === null ? artifacts : [...before.artifacts, ...artifacts]
      this.#set(path, { artifacts: all, next, isLoading: false, problem: undefined })
    } catch (error) {
      if (!abort.aborted) this.#set(path, { ...before, isLoading: false, problem: asError(error) })
    }
  }

  #set(path: string, folder: Folder): void {
    this.#folders.value = new Map(this.#folders.value).set(path, folder)
  }

  #rowsOf(path: string, level: number): readonly Row[] {
    const folder = this.#folders.value.get(path)
    if (!folder) return []
    const rows = folder.artifacts.flatMap((artifact): readonly Row[] => {
      const isOpen = artifact.isFolder && this.#open.value.has(artifact.path)
      const row: Row = { kind: 'artifact', artifact, level, isOpen }
      // A server that names a folder within itself must not make the tree endless.
      return isOpen && artifact.path.length > path.length ? [row, ...this.#rowsOf(artifact.path, level + 1)] : [row]
    })
    return [...rows, ...endOf(path, folder, level)]
  }
}

function endOf(path: string, folder: Folder, level: number): readonly Row[] {
  if (folder.problem) return [{ kind: 'problem', path, level, error: folder.problem }]
  if (folder.isLoading) return [{ kind: 'loading', path, level }]
  if (folder.next !== null) return [{ kind: 'more', path, level }]
  return folder.artifacts.length === 0 && path !== '' ? [{ kind: 'empty', path, level }] : []
}

/** The last part of a path. */
export function nameOf({ path }: RunArtifact): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
