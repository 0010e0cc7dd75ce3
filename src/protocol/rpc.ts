import { asError, fromProblem, LakehouseError, toProblem, type Problem } from '#base/errors.ts'
import type { Disposable } from '#base/disposable.ts'

/**
 * A contract is an interface of methods; each takes one payload and answers with a promise. One that takes long may tell how
 * far it is by an optional third parameter, which is absent where the caller does not listen.
 */
export type Contract<T> = {
  [K in keyof T]: (payload: never, signal: AbortSignal, report: never) => Promise<unknown>
}
type Payload<F> = F extends (payload: infer P, signal: AbortSignal, report: never) => Promise<unknown> ? P : never
type Answer<F> = F extends (payload: never, signal: AbortSignal, report: never) => Promise<infer R> ? R : never
type Report<F> = F extends (payload: never, signal: AbortSignal, report: infer R) => Promise<unknown>
  ? unknown extends R
    ? undefined
    : R
  : never

type Message =
  | { readonly kind: 'call'; readonly id: number; readonly method: string; readonly payload: unknown; readonly listens: boolean }
  | { readonly kind: 'cancel'; readonly id: number }
  | { readonly kind: 'progress'; readonly id: number; readonly progress: unknown }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly problem: Problem }

const messageKinds: ReadonlySet<unknown> = new Set(['call', 'cancel', 'progress', 'answer', 'failure'])

function isMessage(value: unknown): value is Message {
  return (
    typeof value === 'object' &&
    value !== null &&
    'kind' in value &&
    messageKinds.has(value.kind) &&
    'id' in value &&
    typeof value.id === 'number'
  )
}

/** A call that has no answer yet. */
interface Waiting {
  resolve(value: unknown): void
  reject(error: unknown): void
  readonly report: ((progress: unknown) => void) | undefined
}

/** One end of a message channel: a webview panel on the host, `acquireVsCodeApi()` in the page, a worker thread. */
export interface Port {
  post(message: unknown): void
  listen(handler: (message: unknown) => void): Disposable
}

/**
 * Serves `Mine` (a plain object of handlers) to the other side and calls `Theirs` on it, over one port. A LakehouseError
 * arrives as one, with code, hint and details; any other error arrives with code `failed`.
 */
export class Peer<Mine extends Contract<Mine>, Theirs extends Contract<Theirs>> implements Disposable {
  readonly #pending = new Map<number, Waiting>()
  readonly #running = new Map<number, AbortController>()
  readonly #listener: Disposable
  readonly #port: Port
  readonly #mine: Mine
  #nextId = 1
  #closed = false

  constructor(port: Port, mine: Mine) {
    this.#port = port
    this.#mine = mine
    this.#listener = port.listen(message => {
      if (isMessage(message)) void this.#receive(message)
    })
  }

  /**
   * `report` hears how far a method that tells it is, until the answer or an abort.
   * @throws LakehouseError when the handler failed or the port closed; the abort reason when `signal` aborts.
   */
  call<K extends keyof Theirs & string>(
    method: K,
    payload: Payload<Theirs[K]>,
    signal?: AbortSignal,
    report?: Report<Theirs[K]>,
  ): Promise<Answer<Theirs[K]>> {
    signal?.throwIfAborted()
    if (this.#closed) return Promise.reject(closed())
    const id = this.#nextId++
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    this.#pending.set(id, { resolve, reject, report })
    const onAbort = (): void => {
      this.#pending.delete(id)
      this.#port.post({ kind: 'cancel', id } satisfies Message)
      reject(signal?.reason)
    }
    signal?.addEventListener('abort', onAbort, { once: true })
    this.#port.post({ kind: 'call', id, method, payload, listens: report !== undefined } satisfies Message)
    const answered = promise.finally(() => signal?.removeEventListener('abort', onAbort))
    // SAFETY: only an `answer` to this id resolves it, and the other side is checked against Theirs[K].
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return answered as Promise<Answer<Theirs[K]>>
  }

  dispose(): void {
    this.#closed = true
    this.#listener.dispose()
    for (const waiting of this.#pending.values()) waiting.reject(closed())
    for (const controller of this.#running.values()) controller.abort()
    this.#pending.clear()
  }

  async #receive(message: Message): Promise<void> {
    switch (message.kind) {
      case 'progress':
        return this.#pending.get(message.id)?.report?.(message.progress)
      case 'answer':
        return this.#settle(message.id)?.resolve(message.value)
      case 'failure':
        return this.#settle(message.id)?.reject(fromProblem(message.problem))
      case 'cancel':
        return this.#running.get(message.id)?.abort()
      case 'call':
        return await this.#serve(message)
    }
  }

  #settle(id: number) {
    const waiting = this.#pending.get(id)
    this.#pending.delete(id)
    return waiting
  }

  async #serve({ id, method, payload, listens }: Message & { readonly kind: 'call' }): Promise<void> {
    const controller = new AbortController()
    this.#running.set(id, controller)
    try {
      if (!Object.hasOwn(this.#mine, method)) throw new LakehouseError('invalid', `The other side has no method ${method}.`)
      const served: unknown = Reflect.get(this.#mine, method)
      // SAFETY: an own key of a Contract; the caller's payload was checked against the same contract.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      const handler = served as (payload: unknown, signal: AbortSignal, report?: (progress: unknown) => void) => Promise<unknown>
      const report = (progress: unknown): void => {
        if (this.#running.has(id)) this.#post({ kind: 'progress', id, progress })
      }
      this.#post({ kind: 'answer', id, value: await handler(payload, controller.signal, listens ? report : undefined) })
    } catch (error) {
      this.#post({ kind: 'failure', id, problem: toProblem(error) ?? { code: 'failed', message: asError(error).message } })
    } finally {
      this.#running.delete(id)
    }
  }

  #post(message: Message): void {
    if (!this.#closed) this.#port.post(message)
  }
}

function closed(): LakehouseError {
  return new LakehouseError('cancelled', 'The other side was closed before it answered.')
}
