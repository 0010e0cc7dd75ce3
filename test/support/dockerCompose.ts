import { spawnSync } from 'node:child_process'
import { homedir } from 'node:os'
import { join } from 'node:path'

const timeoutMs = 30_000

/** The words that run Compose 2 here: `DATAFLOW_DOCKER_COMPOSE`, `docker-compose` or `docker compose`; undefined where there is none. */
export function findDockerCompose(): readonly string[] | undefined {
  const named = process.env['DATAFLOW_DOCKER_COMPOSE']
  const candidates = [...(named === undefined ? [] : [[named]]), ['docker-compose'], ['docker', 'compose']]
  return candidates.find(([command = '', ...args]) => {
    const { status, stdout } = spawnSync(command, [...args, 'version', '--short'], { encoding: 'utf8', timeout: timeoutMs })
    return status === 0 && !stdout.startsWith('1.')
  })
}

export type ComposeAnswer = { readonly config: unknown } | { readonly refusal: string }

/** What `docker compose config` makes of a folder, all profiles included. No engine is needed. */
export function composeConfig(compose: readonly string[], folder: string, env: Readonly<Record<string, string>>): ComposeAnswer {
  const [command = '', ...args] = compose
  const { status, stdout, stderr, error } = spawnSync(command, [...args, '--profile', '*', 'config', '--format', 'json'], {
    cwd: folder,
    // HOME may be another one; the plugins of `docker` are in the real one.
    env: { PATH: process.env['PATH'] ?? '', DOCKER_CONFIG: process.env['DOCKER_CONFIG'] ?? join(homedir(), '.docker'), ...env },
    encoding: 'utf8',
    timeout: timeoutMs,
  })
  if (error) throw error
  if (stderr.includes('Usage:')) throw new Error(`${compose.join(' ')} does not take these arguments: ${stderr}`)
  return status === 0 ? { config: JSON.parse(stdout) } : { refusal: stderr }
}
