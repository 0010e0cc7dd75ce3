import { join } from 'node:path'
import { httpRecipe, type LaunchInput, type Recipe, type ServiceLaunch } from './recipe.ts'

/** The server of Prefect with its scheduler, on SQLite. */
export const prefect: Recipe = {
  ...httpRecipe('/api/health'),
  ports: { main: { container: 4200, usual: 4200 } },
  startMs: 180_000,
  stopMs: 15_000,
  data: ['home'],
  install: async context => {
    const { python } = await context.server('prefect')
    return { launch: input => launchPrefect(python, input), python }
  },
}

export function launchPrefect(python: string, { service, folder, ports }: LaunchInput): ServiceLaunch {
  const home = join(folder, 'home')
  return {
    command: python,
    args: ['-m', 'prefect', 'server', 'start', '--host', '127.0.0.1', '--port', String(ports.main)],
    env: { PREFECT_SERVER_ANALYTICS_ENABLED: 'false', DO_NOT_TRACK: '1', ...service.environment, PREFECT_HOME: home },
    files: {},
    folders: [home],
  }
}
