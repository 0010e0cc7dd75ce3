import { asError, isProblem } from '#base/errors.ts'
import { parseExact } from './json.ts'
import { contentProblem } from './problems.ts'
import type { Request, Send } from './send.ts'
import type { MlflowServer } from './types.ts'

/** What the JSON of an answer means. */
export interface Reading<T> {
  /** @throws Error for JSON of another shape */
  readonly read: (answer: unknown) => T
  /** How the text becomes JSON; whole numbers beyond 2^53 stay exact without. */
  readonly parse?: (text: string) => unknown
}

/** Sends a request and reads the answer. @throws LakehouseError */
export type Ask = <T>(request: Request, reading: Reading<T>, signal: AbortSignal) => Promise<T>

export function createAsk(server: MlflowServer, send: Send): Ask {
  return async (request, { read, parse = parseExact }, signal) => {
    const text = await send(request, signal)
    try {
      return read(parse(text))
    } catch (error) {
      throw isProblem(error) ? error : contentProblem(request.doing, server, asError(error))
    }
  }
}

/** The paths of the REST API begin with it. */
export const api = '/api/2.0/mlflow'
