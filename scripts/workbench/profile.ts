import { mkdir, readFile, symlink, unlink, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'

/** A VS Code that knows nothing of the person's own: settings, extensions and state lie in one folder. */
export interface Profile {
  readonly userData: string
  readonly extensions: string
}

export interface ProfileOptions {
  /** Where the profile lies; made when missing. */
  readonly folder: string
  /** Folders of extensions to link in. */
  readonly extensions: readonly string[]
  readonly settings: Readonly<Record<string, unknown>>
}

/** Settings for quiet, reproducible windows. */
const quietSettings = {
  'workbench.startupEditor': 'none',
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'chat.disableAIFeatures': true,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.enableExperiments': false,
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
  'workbench.tips.enabled': false,
  'window.commandCenter': false,
  'workbench.reduceMotion': 'on',
}

/** Makes the profile, or brings its extensions up to date; settings that a person changed stay. */
export async function createProfile({ folder, extensions, settings }: ProfileOptions): Promise<Profile> {
  const profile = { userData: join(folder, 'data'), extensions: join(folder, 'ext') }
  await mkdir(join(profile.userData, 'User'), { recursive: true })
  await mkdir(profile.extensions, { recursive: true })
  await writeOnce(join(profile.userData, 'User/settings.json'), JSON.stringify({ ...quietSettings, ...settings }, undefined, 2))
  const index = []
  for (const extension of extensions) index.push(await linkExtension(profile.extensions, resolve(extension)))
  await writeFile(join(profile.extensions, 'extensions.json'), JSON.stringify(index))
  return profile
}

async function linkExtension(into: string, folder: string) {
  const { publisher, name, version } = await readManifest(folder)
  const relativeLocation = `${publisher}.${name}-${version}`.toLowerCase()
  const link = join(into, relativeLocation)
  await unlink(link).catch(ignoreMissing)
  await symlink(folder, link)
  return { identifier: { id: `${publisher}.${name}` }, version, relativeLocation, location: { $mid: 1, path: link, scheme: 'file' } }
}

async function readManifest(folder: string) {
  const manifest: unknown = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  const text = (key: string): string => {
    const value: unknown = typeof manifest === 'object' && manifest !== null ? Reflect.get(manifest, key) : undefined
    if (typeof value !== 'string') throw new Error(`${folder}/package.json has no ${key}.`)
    return value
  }
  return { publisher: text('publisher'), name: text('name'), version: text('version') }
}

async function writeOnce(file: string, content: string): Promise<void> {
  await writeFile(file, content, { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error
}
