import { stat } from 'node:fs/promises'
import type { ComposeProject } from '#compose/project.ts'
import { isProblem } from '#base/errors.ts'
import { untilAborted } from '#base/untilAborted.ts'
import { runCommand } from '#process/run.ts'
import { definedOnly } from '#runtime/childEnv.ts'
import type { Environment } from '#runtime/places.ts'
import { composeLabels, ownHashLabel } from './labels.ts'

/** The hash with which a service's containers are marked; one that is marked with another was made from another definition. */
export interface ServiceHashes {
  readonly of: (service: string) => string
  /** Whether a container with these labels is as defined: by compose's hash or by ours. */
  readonly fits: (service: string, labels: Readonly<Record<string, string>>) => boolean
}

const askMs = 10_000

interface Asked {
  readonly key: string
  readonly hashes: Promise<ReadonlyMap<string, string>>
}

/**
 * Asks `docker compose` for the hashes of a project, so that it finds nothing to change in what we made, and we nothing in what it
 * made; ours where it is not installed. It is asked once per state of the files.
 */
export class HashSource {
  readonly #env: Environment
  #known: Asked | undefined

  constructor(env: Environment) {
    this.#env = env
  }

  async read(project: ComposeProject, signal: AbortSignal): Promise<ServiceHashes> {
    const key = await stateOf(project)
    if (this.#known?.key !== key) this.#known = { key, hashes: this.#ask(project) }
    const theirs = await this.#answer(this.#known, signal)
    const ours = new Map(project.services.map(({ name, hash }) => [name, hash]))
    return {
      of: service => theirs.get(service) ?? ours.get(service) ?? '',
      fits: (service, { [composeLabels.hash]: hash, [ownHashLabel]: own }) =>
        [theirs.get(service), ours.get(service)].some(wanted => wanted !== undefined && wanted === hash) ||
        (own !== undefined && own === ours.get(service)),
    }
  }

  /** One that does not answer in time is asked again the next time. */
  async #answer(asked: Asked, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    try {
      return await untilAborted(asked.hashes, signal)
    } catch (error) {
      if (this.#known === asked) this.#known = undefined
      signal.throwIfAborted()
      if (error instanceof Error && error.name === 'TimeoutError') return new Map()
      throw error
    }
  }

  async #ask(project: ComposeProject): Promise<ReadonlyMap<string, string>> {
    for (const command of [['docker', 'compose'], ['docker-compose']]) {
      const lines = await this.#run(command, project)
      if (lines) return hashesIn(lines, project)
    }
    return new Map()
  }

  /** Undefined where it cannot be run, is an old one, or does not take the file. */
  async #run([program = '', ...first]: readonly string[], project: ComposeProject): Promise<readonly string[] | undefined> {
    const files = project.files.flatMap(file => ['-f', file])
    const args = [...first, '--project-directory', project.folder, '-p', project.name, ...files, '--profile', '*', 'config', '--hash', '*']
    try {
      // Not in the folder of the project, where Windows would look for the program first.
      const result = await runCommand({ command: program, args, env: definedOnly(this.#env) }, AbortSignal.timeout(askMs))
      return result.exitCode === 0 ? result.lines : undefined
    } catch (error) {
      if (isProblem(error, 'notFound')) return undefined
      throw error
    }
  }
}

/** `NAME HASH` a line. */
function hashesIn(lines: readonly string[], project: ComposeProject): ReadonlyMap<string, string> {
  const names = new Set(project.services.map(({ name }) => name))
  return new Map(
    lines.flatMap(line => {
      const [, name, hash] = /^(\S+) ([0-9a-f]{64})$/.exec(line.trim()) ?? []
      return name !== undefined && hash !== undefined && names.has(name) ? [[name, hash] as const] : []
    }),
  )
}

/** Changes with every change of what compose reads: the files, and what our loader made of them and the environment. */
async function stateOf({ files, folder, services }: ComposeProject): Promise<string> {
  const times = await Promise.all(
    [...files, `${folder}/.env`].map(file =>
      stat(file).then(
        ({ mtimeMs, size }) => `${mtimeMs}:${size}`,
        () => '-',
      ),
    ),
  )
  return JSON.stringify([times, services.map(({ hash }) => hash)])
}
