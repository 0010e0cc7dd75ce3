import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

/** A call as the engine sees it. */
export interface EngineCall {
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  /** Of one value each. */
  readonly headers: Readonly<Record<string, string>>
  /** Its JSON, or its text where it is none. */
  readonly body: unknown
}

export interface EngineAnswer {
  /** 200 where it is absent. */
  readonly status?: number
  readonly json?: unknown
  readonly bytes?: Uint8Array
  /** One JSON value a line. */
  readonly lines?: readonly unknown[]
  /** Called with the open answer, which it may write to and must end. */
  readonly write?: (response: ServerResponse) => void
}

/** An engine on a Unix socket that answers what it was told to. */
export interface FakeDocker {
  readonly socketPath: string
  /** For DOCKER_HOST. */
  readonly host: string
  /** In order; those that nothing was told about are here too, and are answered with 501. */
  readonly calls: readonly EngineCall[]
  /** Answers calls of a method and a path; what was told last counts. */
  on(method: string, path: RegExp, answer: EngineAnswer | ((call: EngineCall) => EngineAnswer)): void
  /** Breaks all connections, and listens no more. */
  die(): Promise<void>
  /** Listens again at the same path. */
  live(): Promise<void>
  close(): Promise<void>
}

export async function startFakeDocker(): Promise<FakeDocker> {
  const folder = mkdtempSync(join(tmpdir(), 'dffake-'))
  const socketPath = join(folder, 'd.sock')
  const routes: { readonly method: string; readonly path: RegExp; readonly answer: (call: EngineCall) => EngineAnswer }[] = []
  const calls: EngineCall[] = []
  const sockets = new Set<Socket>()
  const server = createServer((request, response) => {
    void callOf(request).then(call => {
      calls.push(call)
      const route = routes.findLast(({ method, path }) => method === call.method && path.test(call.path))
      respond(response, route ? route.answer(call) : { status: 501, json: { message: `nobody told about ${call.method} ${call.path}` } })
    })
  })
  server.on('connection', socket => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  const live = (): Promise<void> => new Promise(resolve => void server.listen(socketPath, resolve))
  const die = async (): Promise<void> => {
    const closed = new Promise<void>(resolve => void server.close(() => resolve()))
    for (const socket of sockets) socket.destroy()
    await closed
  }
  await live()
  return {
    socketPath,
    host: `unix://${socketPath}`,
    calls,
    on: (method, path, answer) => void routes.push({ method, path, answer: typeof answer === 'function' ? answer : () => answer }),
    die,
    live,
    close: async () => {
      if (server.listening) await die()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function callOf(request: IncomingMessage): Promise<EngineCall> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://engine')
  const body = await text(request).catch(() => '')
  const headers = Object.entries(request.headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : []))
  return {
    method: request.method ?? '',
    path: pathname,
    query: Object.fromEntries(searchParams),
    headers: Object.fromEntries(headers),
    body: jsonOr(body),
  }
}

function respond(response: ServerResponse, { status = 200, json, bytes, lines, write }: EngineAnswer): void {
  response.writeHead(status, { 'content-type': json === undefined && !lines ? 'application/octet-stream' : 'application/json' })
  response.flushHeaders()
  if (write) return write(response)
  if (lines) for (const line of lines) response.write(`${JSON.stringify(line)}\r\n`)
  response.end(bytes ?? (json === undefined ? undefined : JSON.stringify(json)))
}

function jsonOr(body: string): unknown {
  try {
    const value: unknown = JSON.parse(body)
    return value
  } catch {
    return body
  }
}

/** A message of a log as an engine without a terminal frames it. */
export function frame(stream: 'stdout' | 'stderr', message: string): Buffer {
  const payload = Buffer.from(message)
  const header = Buffer.alloc(8)
  header[0] = stream === 'stdout' ? 1 : 2
  header.writeUInt32BE(payload.length, 4)
  return Buffer.concat([header, payload])
}

/** A container as `/containers/ID/json` of Docker 20.10 shows it, in what is read of it. */
export function inspected(
  id: string,
  more: {
    readonly state?: object
    readonly labels?: object
    readonly ports?: object
    readonly image?: string
    readonly tty?: boolean
    readonly mounts?: readonly object[]
  } = {},
): object {
  return {
    Id: id,
    Image: more.image ?? 'sha256:image',
    RestartCount: 0,
    State: {
      Status: 'running',
      Running: true,
      Paused: false,
      Restarting: false,
      OOMKilled: false,
      Dead: false,
      Pid: 4711,
      ExitCode: 0,
      Error: '',
      StartedAt: '2026-11-24T18:33:00.396661451Z',
      FinishedAt: '0001-01-01T00:00:00Z',
      ...more.state,
    },
    Config: { Tty: more.tty ?? false, Labels: more.labels ?? {} },
    NetworkSettings: { Ports: more.ports ?? {} },
    Mounts: more.mounts ?? [],
  }
}
