import { Worker } from 'node:worker_threads'
import { asError, isProblem, LakehouseError } from '#base/errors.ts'
import type { Disposable } from '#base/disposable.ts'
import { Peer } from '#protocol/rpc.ts'
import type { CredentialSource, S3Credentials } from '#storage/storeSpec.ts'
import type { TableReads } from './tableReads.ts'
import { threadPort } from './threadPort.ts'

/** What the worker may ask of its host. */
export interface ReadsHost {
  /** Null for the default chain. */
  credentials(of: { readonly connection: string }, signal: AbortSignal): Promise<S3Credentials | null>
}

/**
 * Reads in a worker thread, which starts with the first read. When it dies, its reads fail with a clear error, and the next
 * one starts another.
 */
export function createWorkerReads(workerFile: string, credentials: CredentialSource): TableReads & Disposable {
  let current: RunningWorker | undefined
  const running = (): RunningWorker => {
    current = current?.isAlive ? current : startWorker(workerFile, credentials)
    return current
  }
  return {
    list: (payload, signal) => running().read(peer => peer.call('list', payload, signal)),
    header: (payload, signal, report) => running().read(peer => peer.call('header', payload, signal, report)),
    describe: (payload, signal, report) => running().read(peer => peer.call('describe', payload, signal, report)),
    history: (payload, signal, report) => running().read(peer => peer.call('history', payload, signal, report)),
    files: (payload, signal, report) => running().read(peer => peer.call('files', payload, signal, report)),
    rows: (payload, signal, report) => running().read(peer => peer.call('rows', payload, signal, report)),
    diff: (payload, signal, report) => running().read(peer => peer.call('diff', payload, signal, report)),
    health: (payload, signal, report) => running().read(peer => peer.call('health', payload, signal, report)),
    // A thread that is not there keeps no client.
    renew: async (payload, signal) => (current?.isAlive ? await current.read(peer => peer.call('renew', payload, signal)) : undefined),
    dispose: () => {
      current?.dispose()
      current = undefined
    },
  }
}

interface RunningWorker extends Disposable {
  readonly isAlive: boolean
  read<T>(call: (peer: Peer<ReadsHost, TableReads>) => Promise<T>): Promise<T>
}

function startWorker(file: string, credentials: CredentialSource): RunningWorker {
  const worker = new Worker(file, { name: 'delta' })
  const peer = new Peer<ReadsHost, TableReads>(threadPort(worker), {
    credentials: async ({ connection }, signal) => (await credentials(connection, signal)) ?? null,
  })
  let end: LakehouseError | undefined
  const stop = (reason: LakehouseError): void => {
    end ??= reason
    peer.dispose()
  }
  worker.on('error', error => stop(crashed(asError(error).message)))
  worker.on('exit', code => stop(crashed(`it ended with code ${code}`)))
  return {
    get isAlive() {
      return end === undefined
    },
    read: async call => {
      try {
        return await call(peer)
      } catch (error) {
        throw end && isProblem(error, 'cancelled') ? end : error
      }
    },
    dispose: () => {
      stop(new LakehouseError('cancelled', 'The reader of tables was stopped.'))
      void worker.terminate()
    },
  }
}

function crashed(why: string): LakehouseError {
  return new LakehouseError('failed', `The reader of tables stopped unexpectedly: ${why}.`, { hint: 'Try again: it starts anew.' })
}
