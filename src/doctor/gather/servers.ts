import { request } from 'node:http'
import type { ServerFacts } from '#doctor/facts.ts'
import type { ServiceState, StackState } from '#stack/types.ts'
import type { Role } from '#compose/roles.ts'

/** A server's answer, as far as it is of interest. */
interface Answer {
  readonly status: number
  readonly text: string
  /** Its clock minus ours in ms; null where it told no time. */
  readonly skewMs: number | null
}

const mostBytes = 4096
/** A Date header has whole seconds, cut off. */
const halfSecondMs = 500

/** Asks what runs for its time, its version, and whether it answers to the names that `namesOf` gives. */
export async function seeServers(
  state: StackState,
  namesOf: (service: ServiceState) => readonly string[],
  signal: AbortSignal,
): Promise<readonly ServerFacts[]> {
  const running = state.services.filter(({ state: own, url }) => own === 'running' && url !== null)
  const seen = await Promise.all(running.map(service => seeServer(service, state, namesOf(service), signal).catch(() => undefined)))
  signal.throwIfAborted()
  return seen.flatMap(facts => facts ?? [])
}

/** Undefined for one that no rule asks about. */
async function seeServer(
  { name, role, url }: ServiceState,
  { endpoints }: StackState,
  names: readonly string[],
  signal: AbortSignal,
): Promise<ServerFacts | undefined> {
  const page = role === null ? undefined : pages[role]
  const base = role === 'spark-connect' ? endpoints.spark?.uiUrl : url
  if (role === null || page === undefined || !base) return undefined
  const answer = await get(`${base}${page}`, signal)
  const refusedHosts = role === 'mlflow' ? await refused(base, names, signal) : []
  return { service: name, role, version: role === 's3' ? null : versionIn(answer), skewMs: answer.skewMs, refusedHosts }
}

/** Where servers tell their version; the object store tells only its time. */
const pages: Readonly<Partial<Record<Role, string>>> = {
  s3: '/',
  'spark-connect': '/api/v1/version',
  mlflow: '/version',
  prefect: '/api/admin/version',
}

async function refused(url: string, names: readonly string[], signal: AbortSignal): Promise<readonly string[]> {
  const answers = await Promise.all(names.map(host => get(`${url}/api/2.0/mlflow/experiments/search?max_results=1`, signal, host)))
  return names.filter((_name, index) => answers[index]?.status === 403)
}

/** `3.17.2`, `"3.8.8"` or `{"spark":"4.2.0"}`. */
function versionIn(answer: Answer): string | null {
  if (answer.status !== 200) return null
  return /\d+\.\d+[\w.+-]*/.exec(answer.text)?.[0] ?? null
}

/** `fetch` neither lets the Host be another nor leaves connections closed. */
function get(url: string, signal: AbortSignal, host?: string): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const before = Date.now()
  const options = { signal, agent: false, headers: { accept: 'application/json', ...(host === undefined ? {} : { host }) } }
  const sent = request(url, options, response => {
    const between = (before + Date.now()) / 2
    const told = Date.parse(response.headers.date ?? '')
    let text = ''
    response.setEncoding('utf8')
    response.on('data', (part: string) => {
      if (text.length < mostBytes) text += part
    })
    response.on('error', reject)
    response.on('end', () => {
      resolve({ status: response.statusCode ?? 0, text, skewMs: Number.isNaN(told) ? null : told + halfSecondMs - between })
    })
  })
  sent.on('error', reject)
  sent.end()
  return promise
}
