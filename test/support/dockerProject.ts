import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '#base/clock.ts'
import { silentLog } from '#base/log.ts'
import type { ComposeProject } from '#compose/project.ts'
import { readProject } from '#compose/readProject.ts'
import { createDockerEngine } from '#stack/docker/dockerEngine.ts'
import type { StackEngine } from '#stack/engine.ts'
import type { DockerClient } from '../docker/docker.ts'

/** A temporary compose project on a real engine. */
export interface DockerProject {
  readonly folder: string
  /** Name of the project. */
  readonly name: string
  readonly engine: StackEngine
  readonly client: DockerClient
  /** Another engine object on the same project, as another process has it. */
  another(more?: NodeJS.ProcessEnv): StackEngine
  /** Replaces the compose file. */
  define(services: Readonly<Record<string, object>>, more?: object): void
  /** The definition as it is now. */
  read(): Promise<ComposeProject>
  /** The engine's name of the only container of a service. */
  container(service: string): string
  /** Removes all containers, networks and volumes of the project, and its folder. */
  dispose(): Promise<void>
}

let made = 0

/** Without `docker compose` on the path, so that the hashes are ours, unless `env` says otherwise. */
export function createDockerProject(client: DockerClient, env: NodeJS.ProcessEnv = { PATH: '' }): DockerProject {
  made += 1
  const name = `dftest-${process.pid}-${made}`
  const root = mkdtempSync(join(tmpdir(), 'dataflow-docker-'))
  const folder = join(root, 'project')
  mkdirSync(folder)
  const another = (more: NodeJS.ProcessEnv = {}): StackEngine => {
    const all = { HOME: process.env['HOME'], DOCKER_HOST: client.host, DATAFLOW_HOME: join(root, 'home'), ...env, ...more }
    return createDockerEngine({ projectFolder: folder, definition: () => read(all), env: all, clock: systemClock, log: silentLog })
  }
  const read = async (variables: NodeJS.ProcessEnv = env): Promise<ComposeProject> => {
    const reading = await readProject(folder, variables, new AbortController().signal)
    if (reading?.kind !== 'project') throw new Error(JSON.stringify(reading))
    return reading.project
  }
  return {
    folder,
    name,
    engine: another(),
    client,
    another,
    define: (services, more = {}) => writeFileSync(join(folder, 'compose.yaml'), JSON.stringify({ name, services, ...more })),
    read: () => read(),
    container: service => `${name}-${service}-1`,
    dispose: async () => {
      await removeAll(client, name)
      rmSync(root, { recursive: true, force: true })
    },
  }
}

async function removeAll(client: DockerClient, project: string): Promise<void> {
  const filter = ['--filter', `label=com.docker.compose.project=${project}`]
  const remove = async (list: readonly string[], command: readonly string[]): Promise<void> => {
    const ids = (await client.run([...list, ...filter])).split('\n').filter(id => id !== '')
    if (ids.length > 0) await client.run([...command, ...ids])
  }
  await remove(['ps', '--all', '--quiet'], ['rm', '--force', '--volumes'])
  await remove(['network', 'ls', '--quiet'], ['network', 'rm'])
  await remove(['volume', 'ls', '--quiet'], ['volume', 'rm', '--force'])
}

/** A service that serves a folder over HTTP and is healthy within a second; it prints `NAME begins` first. */
export function webService(name: string, image: string, more: object = {}): object {
  return {
    image,
    command: ['sh', '-c', `echo "${name} begins"; mkdir -p /data; touch /data/index.html; exec httpd -f -p 8080 -h /data`],
    init: true,
    stop_grace_period: '2s',
    ports: ['127.0.0.1::8080'],
    healthcheck: {
      test: ['CMD', 'wget', '-q', '-O', '/dev/null', 'http://127.0.0.1:8080/'],
      interval: '500ms',
      timeout: '2s',
      retries: 20,
    },
    ...more,
  }
}
