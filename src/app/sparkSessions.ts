import type { Clock } from '#base/clock.ts'
import type { Disposable } from '#base/disposable.ts'
import type { Every } from '#base/every.ts'
import { retry } from '#base/retry.ts'
import { readFault } from '#spark/fault.ts'
import { explain, sessionChanged } from '#spark/problem.ts'
import { SparkSession } from '#spark/session.ts'
import { statusCode, TransportError, type SparkTransport } from '#spark/transport.ts'

/** A server and who we are to it. */
export interface SparkServer {
  readonly transport: SparkTransport
  readonly userId: string
  /** Names this program in the server's log. */
  readonly clientType: string
  /** A session (UUID) that others made or use too: all notebooks share it, and it is not ours to end. */
  readonly sessionId?: string
}

/** The same server as long as the connection means the same; opens nothing yet. */
export type ConnectSpark = (connection: string, signal: AbortSignal) => Promise<SparkServer>

/** The Spark sessions of notebooks: one for each notebook and connection, made when first asked for. */
export interface SparkSessions extends Disposable {
  /**
   * A second call joins the first while that one still connects.
   * @throws LakehouseError `unreachable`, `denied`; with `sessionLost` once when the connection leads to another server now
   */
  open(connection: string, notebookId: string, signal: AbortSignal): Promise<SparkSession>
  /** The session is gone; the next `open` makes another one. */
  forget(connection: string, notebookId: string): void
  /** Ends a notebook's sessions at their servers, as far as these answer. */
  release(notebookId: string): Promise<void>
}

interface Entry {
  readonly notebookId: string
  readonly server: SparkServer
  readonly session: Promise<SparkSession>
}

const firstContact = { attempts: 3, firstWaitMs: 200, factor: 2, longestWaitMs: 1000, isTransient: isUnavailable } as const
/** Servers drop a session that is not heard of for an hour, unless they are told otherwise. */
const signOfLifeMs = 10 * 60_000

/** What sessions take from their surroundings. */
export interface SessionPorts {
  readonly connect: ConnectSpark
  readonly clock: Clock
  readonly every: Every
}

export function createSparkSessions({ connect, clock, every }: SessionPorts): SparkSessions {
  const entries = new Map<string, Entry>()
  const signsOfLife = every(signOfLifeMs, () => {
    for (const { session } of entries.values()) void session.then(signOfLife).catch(isNobodysLoss)
  })
  return {
    open: async (connection, notebookId, signal) => {
      const key = keyOf(connection, notebookId)
      const server = await connect(connection, signal)
      const known = entries.get(key)
      if (known?.server.transport === server.transport) return await known.session
      entries.delete(key)
      if (known) throw sessionChanged(server.transport.address)
      const entry = { notebookId, server, session: openSession(server, clock, signal) }
      entries.set(key, entry)
      return await entry.session.catch((error: unknown) => {
        if (entries.get(key) === entry) entries.delete(key)
        throw error
      })
    },
    forget: (connection, notebookId) => void entries.delete(keyOf(connection, notebookId)),
    release: async notebookId => {
      const own = [...entries].filter(([, entry]) => entry.notebookId === notebookId)
      for (const [key] of own) entries.delete(key)
      await Promise.allSettled(own.map(([, entry]) => endSession(entry)))
    },
    dispose: () => {
      signsOfLife.dispose()
      entries.clear()
    },
  }
}

async function endSession({ session, server }: Entry): Promise<void> {
  const open = await session
  await (server.sessionId === undefined ? open.release() : open.settled())
}

async function signOfLife(session: SparkSession): Promise<void> {
  await session.version(new AbortController().signal)
}

/** The next statement finds out, and tells. */
function isNobodysLoss(): void {}

function keyOf(connection: string, notebookId: string): string {
  return JSON.stringify([connection, notebookId])
}

/** Makes the session at the server and asks for progress twice a second, where the server lets a session choose. */
async function openSession(server: SparkServer, clock: Clock, signal: AbortSignal): Promise<SparkSession> {
  const session = new SparkSession({ ...server, ...(server.sessionId === undefined ? {} : { id: server.sessionId }) })
  const settings = { 'spark.connect.progress.reportInterval': '500ms' }
  try {
    await retry(() => session.setConfig(settings, signal), firstContact, clock, signal)
  } catch (error) {
    if (!(error instanceof TransportError) || readFault(error).exception === undefined) throw await explain(error, session)
  }
  return session
}

function isUnavailable(error: unknown): boolean {
  return error instanceof TransportError && error.status === statusCode.unavailable
}
