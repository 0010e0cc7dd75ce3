import type { Clock } from '#base/clock.ts'
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
export interface SparkSessions {
  /** @throws LakehouseError `unreachable`, `denied`; with `sessionLost` once when the connection leads to another server now */
  open(connection: string, notebookId: string, signal: AbortSignal): Promise<SparkSession>
  /** The session is gone; the next `open` makes another one. */
  forget(connection: string, notebookId: string): void
  /** Ends a notebook's sessions at their servers, as far as these answer. */
  release(notebookId: string): Promise<void>
}

interface Entry {
  readonly notebookId: string
  readonly server: SparkServer
  readonly session: SparkSession
}

const firstContact = { attempts: 3, firstWaitMs: 200, factor: 2, longestWaitMs: 1000, isTransient: isUnavailable } as const

export function createSparkSessions(connect: ConnectSpark, clock: Clock): SparkSessions {
  const entries = new Map<string, Entry>()
  return {
    open: async (connection, notebookId, signal) => {
      const key = keyOf(connection, notebookId)
      const server = await connect(connection, signal)
      const known = entries.get(key)
      if (known?.server.transport === server.transport) return known.session
      entries.delete(key)
      if (known) throw sessionChanged(server.transport.address)
      const session = new SparkSession({ ...server, ...(server.sessionId === undefined ? {} : { id: server.sessionId }) })
      await greet(session, clock, signal)
      entries.set(key, { notebookId, server, session })
      return session
    },
    forget: (connection, notebookId) => void entries.delete(keyOf(connection, notebookId)),
    release: async notebookId => {
      const own = [...entries].filter(([, entry]) => entry.notebookId === notebookId)
      for (const [key] of own) entries.delete(key)
      await Promise.allSettled(
        own.map(([, { session, server }]) => (server.sessionId === undefined ? session.release() : session.settled())),
      )
    },
  }
}

function keyOf(connection: string, notebookId: string): string {
  return JSON.stringify([connection, notebookId])
}

/** Makes the session at the server and asks for progress twice a second, where the server lets a session choose. */
async function greet(session: SparkSession, clock: Clock, signal: AbortSignal): Promise<void> {
  const settings = { 'spark.connect.progress.reportInterval': '500ms' }
  try {
    await retry(() => session.setConfig(settings, signal), firstContact, clock, signal)
  } catch (error) {
    if (error instanceof TransportError && readFault(error).exception !== undefined) return
    throw await explain(error, session)
  }
}

function isUnavailable(error: unknown): boolean {
  return error instanceof TransportError && error.status === statusCode.unavailable
}
