import { dirname, join, posix } from 'node:path'
import type { ComposeService } from '#compose/project.ts'
import { exists } from '#runtime/install.ts'
import { lakeEnv } from './clientEnv.ts'
import { mountedFile } from './mountedFile.ts'
import { httpRecipe, type LaunchInput, type Recipe, type RecipePlaces, type ServiceLaunch } from './recipe.ts'

const flags: Readonly<Record<string, string>> = {
  'server.headless': 'true',
  'server.address': '127.0.0.1',
  // Else files cannot be uploaded where the page is shown inside another one; the check of origins stays on.
  'server.enableXsrfProtection': 'false',
  'browser.gatherUsageStats': 'false',
}

/** Under other names any web page could read the app, by a name that it controls. */
const hosts = ['localhost', '127.0.0.1', 'streamlit.localhost']

/** The project's app. */
export const streamlit: Recipe = {
  ...httpRecipe('/_stcore/health'),
  ports: { main: { container: 8501, usual: 8501 } },
  needs: ['s3'],
  startMs: 120_000,
  stopMs: 5000,
  data: [],
  obstacle: async (service, places) =>
    (await findApp(service, places)) === undefined ? 'The project has no app/app.py for Streamlit to show.' : null,
  install: async context => {
    const { python } = await context.server('streamlit')
    return { launch: async input => launchStreamlit(python, (await findApp(input.service, context)) ?? '', input), python }
  },
}

export function launchStreamlit(python: string, app: string, input: LaunchInput): ServiceLaunch {
  const options = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value])
  const allowed = hosts.flatMap(host => ['--server.allowedHosts', host])
  return {
    command: python,
    args: ['-m', 'streamlit', 'run', app, '--server.port', String(input.ports.main), ...options, ...allowed],
    env: { ...input.service.environment, ...lakeEnv(input) },
    files: {},
    folders: [],
    cwd: dirname(app),
  }
}

/** The app as a file of this machine: the one that the command names, where the project has it, else app/app.py. */
export async function findApp(service: ComposeService, { projectFolder }: RecipePlaces): Promise<string | undefined> {
  const named = service.command?.find(word => word.endsWith('.py')) ?? 'app.py'
  const mounted = mountedFile(service, posix.resolve(service.workingDir ?? '/', named))
  const built = service.build && join(service.build.context, posix.basename(named))
  for (const file of [mounted, built, join(projectFolder, 'app', 'app.py')]) if (file !== undefined && (await exists(file))) return file
  return undefined
}
