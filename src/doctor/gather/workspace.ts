import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, join, relative, sep } from 'node:path'
import type { FileFacts, HostAddress, HostFacts, Pin } from '#doctor/facts.ts'
import type { Environment } from '#runtime/places.ts'

/** Enough for a project; what lies beyond is not looked at. */
const mostFiles = 300
const mostBytes = 512 * 1024
const mostDepth = 4
const pythonFile = '.python-version'
const skipped: ReadonlySet<string> = new Set(['node_modules', '__pycache__', 'venv', 'env', 'data', 'dist', 'build', 'site-packages'])
/** Variables that programs of this machine read. */
const clientVariables = [
  'AWS_ENDPOINT_URL',
  'AWS_ENDPOINT_URL_S3',
  'MLFLOW_TRACKING_URI',
  'MLFLOW_S3_ENDPOINT_URL',
  'PREFECT_API_URL',
  'SPARK_REMOTE',
]
/** Calls of clients that run where their code does; what goes to Spark as a setting is used by the server. */
const clientCall =
  /(?:set_tracking_uri|endpoint_url|tracking_uri|\.remote|PREFECT_API_URL|MLFLOW_TRACKING_URI|AWS_ENDPOINT_URL\w*|SPARK_REMOTE)\W[^\n]{0,40}?((?:https?|sc):\/\/[\w.-]+(?::\d+)?[\w./-]*)/g

export interface WorkspaceSearch {
  readonly folder: string
  readonly env: Environment
  /** Addresses that the user has set for connections. */
  readonly settings: readonly HostAddress[]
  readonly file: FileFacts | undefined
}

/** What settings, variables and code of this machine say of services, and which versions they ask for. */
export async function seeWorkspace({ folder, env, settings, file }: WorkspaceSearch, signal: AbortSignal): Promise<HostFacts> {
  const names = await sourceFiles(folder, signal)
  const isInContainer = (path: string): boolean =>
    file?.services.some(({ hostFolders }) => hostFolders.some(each => isBelow(path, each))) ?? false
  const addresses: HostAddress[] = [...settings, ...addressesOf(env)]
  const pins: Pin[] = []
  for (const path of names) {
    signal.throwIfAborted()
    const text = await readFile(path, 'utf8')
    const place = relative(folder, path)
    if (/(?:requirements[\w.-]*\.txt|pyproject\.toml)$/.test(path)) pins.push(...pinsIn(text, place))
    else if (basename(path) === pythonFile) pins.push(...pythonIn(text, place))
    else if (!isInContainer(path)) addresses.push(...callsIn(text, place))
  }
  const prefect = env['PREFECT_API_URL']
  return { addresses, pins, prefectApiUrl: prefect ? { value: prefect, place: 'PREFECT_API_URL' } : null }
}

function addressesOf(env: Environment): readonly HostAddress[] {
  return clientVariables.flatMap(name => {
    const address = env[name]
    return address ? [{ place: name, address }] : []
  })
}

/** Exact versions; a range asks for nothing certain. */
export function pinsIn(text: string, place: string): readonly Pin[] {
  return text.split('\n').flatMap((line, index) =>
    Array.from(
      line.replace(/(?:^|\s)#.*$/, '').matchAll(/(?:^|["'\s])([A-Za-z][\w.-]*)(?:\[[\w,\s-]*\])?\s*==\s*(\d[\w.!+-]*)/g),
      ([, name = '', version = '']) => ({
        name: name.toLowerCase().replaceAll(/[-_.]+/g, '-'),
        version,
        place: `${place}, line ${index + 1}`,
      }),
    ),
  )
}

/** What pyenv and uv read. */
function pythonIn(text: string, place: string): readonly Pin[] {
  const version = /^\s*(\d+\.\d+[\w.]*)/.exec(text)?.[1]
  return version === undefined ? [] : [{ name: 'python', version, place }]
}

/** Addresses that a client of this machine calls. */
function callsIn(text: string, place: string): readonly HostAddress[] {
  return Array.from(text.matchAll(clientCall), ({ 1: address = '', index }) => ({
    place: `${place}, line ${text.slice(0, index).split('\n').length}`,
    address,
  }))
}

async function sourceFiles(folder: string, signal: AbortSignal): Promise<readonly string[]> {
  const found: string[] = []
  const walk = async (at: string, depth: number): Promise<void> => {
    const entries = await readdir(at, { withFileTypes: true }).catch(() => []) // not ours to read
    for (const entry of entries) {
      signal.throwIfAborted()
      if (found.length >= mostFiles || (entry.name.startsWith('.') && entry.name !== pythonFile)) continue
      const path = join(at, entry.name)
      if (entry.isDirectory() && depth < mostDepth && !skipped.has(entry.name)) await walk(path, depth + 1)
      else if (
        entry.isFile() &&
        /\.(?:py|ipynb)$|requirements[\w.-]*\.txt$|^pyproject\.toml$|^\.python-version$/.test(entry.name) &&
        (await stat(path)).size <= mostBytes
      ) {
        found.push(path)
      }
    }
  }
  await walk(folder, 0)
  return found
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep)
}
