import { access, constants, readdir, readFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import type { ComposeService } from '#compose/project.ts'
import { roles } from '#compose/roles.ts'
import { exists } from '#runtime/install.ts'
import type { Environment } from '#runtime/places.ts'
import { localNginxConfig } from './nginxConfig.ts'
import { httpRecipe, type LaunchInput, type Recipe, type RecipePlaces, type ServiceLaunch } from './recipe.ts'

const configName = 'nginx.conf'
const ownPort = 8088

/** Where packages put it, also for users whose search path lacks it. */
const usualFolders = ['/usr/sbin', '/usr/local/sbin', '/usr/local/bin', '/opt/homebrew/bin']

/** Started by root its workers would become another user, who may not enter the folder of the stack. */
const ownUser = process.getuid?.() === 0 ? ' user root;' : ''

const notInstalled = 'NGINX is not installed. On Debian and Ubuntu: sudo apt install nginx; on macOS: brew install nginx.'

/** One address for the pages of the stack, by names: the NGINX of this machine on the project's configuration. */
export const nginx: Recipe = {
  ...httpRecipe('/'),
  ports: { main: { container: ownPort, usual: ownPort } },
  mentions: roles.filter(role => role !== 'nginx'),
  startMs: 30_000,
  stopMs: 5000,
  data: [],
  obstacle: async (_service, { env }) => ((await findNginx(env)) === undefined ? notInstalled : null),
  install: async context => ({
    launch: async input => {
      const source = await configFolder(input.service, context)
      return launchNginx((await findNginx(context.env)) ?? 'nginx', await readConfig(source), input)
    },
  }),
}

/** @param config the texts of its files by name */
export function launchNginx(command: string, config: Readonly<Record<string, string>>, input: LaunchInput): ServiceLaunch {
  const { folder, ports, service } = input
  const published = service.ports.find(({ containerPort }) => containerPort === ownPort) ?? service.ports[0]
  const moved = new Map([[published?.containerPort ?? ownPort, ports.main]])
  const files = Object.entries(config).map(([name, text]) => [join(folder, name), localNginxConfig(input.localise(text), moved)])
  return {
    command,
    args: ['-p', folder, '-c', join(folder, configName), '-g', `daemon off; pid nginx.pid;${ownUser}`],
    env: {},
    files: Object.fromEntries(files),
    folders: [join(folder, 'logs'), join(folder, 'temp')],
  }
}

async function findNginx(env: Environment): Promise<string | undefined> {
  const path = (env['PATH'] ?? env['Path'] ?? '').split(delimiter).filter(Boolean)
  const name = process.platform === 'win32' ? 'nginx.exe' : 'nginx'
  for (const folder of [...path, ...usualFolders]) {
    const file = join(folder, name)
    const canRun = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (canRun) return file
  }
  return undefined
}

/** The mounted folder with a nginx.conf, else what every new project begins with. */
async function configFolder({ mounts }: ComposeService, { productFolder }: RecipePlaces): Promise<string> {
  for (const { kind, source } of mounts) if (kind === 'bind' && (await exists(join(source, configName)))) return source
  return join(productFolder, 'templates', 'project', 'config', 'nginx')
}

async function readConfig(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { withFileTypes: true })
  const files = entries.filter(entry => entry.isFile())
  return Object.fromEntries(await Promise.all(files.map(async ({ name }) => [name, await readFile(join(folder, name), 'utf8')] as const)))
}
