import { LakehouseError } from '#base/errors.ts'
import { runCommand } from '#process/run.ts'
import { parsePythonFacts, type Python } from './pythonFacts.ts'
import type { Environment } from './places.ts'
import { definedOnly } from './childEnv.ts'

/** pyspark 4.2 asks for no more. */
const oldest = [3, 10] as const

const probe = [
  'import importlib.util as u, json, platform, sys',
  'print(json.dumps({"executable": sys.executable, "version": list(sys.version_info[:3]), "implementation": platform.python_implementation(),',
  '"hasPip": u.find_spec("pip") is not None, "hasVenv": u.find_spec("venv") is not None and u.find_spec("ensurepip") is not None}))',
].join('\n')

/**
 * The first Python on the path that is new enough and can install packages; the one that DATAFLOW_PYTHON names, where set.
 *
 * @throws LakehouseError `notFound` naming the package that brings what is missing.
 */
export async function findPython(env: Environment, signal: AbortSignal): Promise<Python> {
  const seen: Python[] = []
  for (const [command, ...args] of candidates(env)) {
    const python = await ask(command, args, env, signal)
    if (!python) continue
    if (isNewEnough(python) && (python.hasPip || python.hasVenv)) return python
    seen.push(python)
  }
  throw explain(env, seen)
}

/** Why no Python will do, with the way out. */
export function explain(env: Environment, seen: readonly Python[]): LakehouseError {
  const usable = seen.find(isNewEnough)
  if (usable) {
    const [major, minor] = usable.version
    const hint = `Install one of them; on Debian and Ubuntu: sudo apt install python${major}.${minor}-venv. Then start again.`
    return new LakehouseError('notFound', `${usable.executable} (Python ${major}.${minor}) has neither pip nor venv.`, { hint })
  }
  const hint =
    'Install Python 3.10 or newer; on Debian and Ubuntu: sudo apt install python3 python3-venv. DATAFLOW_PYTHON may name its path.'
  const own = env['DATAFLOW_PYTHON']
  const newest = seen[0]
  if (newest) {
    const text = `Spark 4.2 needs Python 3.10 or newer, but ${newest.executable} is Python ${newest.version.join('.')}.`
    return new LakehouseError('notFound', text, { hint })
  }
  return new LakehouseError('notFound', own ? `DATAFLOW_PYTHON names ${own}, which is no Python.` : 'Python was not found.', { hint })
}

function candidates(env: Environment): readonly (readonly [string, ...string[]])[] {
  const own = env['DATAFLOW_PYTHON']
  if (own) return [[own]]
  const versioned = [13, 12, 11, 10, 14].map(minor => [`python3.${minor}`] as const)
  return process.platform === 'win32' ? [['py', '-3'], ['python'], ['python3']] : [['python3'], ...versioned, ['python']]
}

async function ask(command: string, args: readonly string[], env: Environment, signal: AbortSignal): Promise<Python | undefined> {
  try {
    const { exitCode, lines } = await runCommand({ command, args: [...args, '-I', '-c', probe], env: definedOnly(env) }, signal)
    return exitCode === 0 ? parsePythonFacts(lines.at(-1) ?? '') : undefined
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof LakehouseError && error.code === 'notFound') return undefined
    throw error
  }
}

function isNewEnough({ version: [major, minor], implementation }: Python): boolean {
  return implementation === 'CPython' && (major > oldest[0] || (major === oldest[0] && minor >= oldest[1]))
}
