import * as vscode from 'vscode'
import type { Disposable } from '#base/disposable.ts'
import { Emitter } from '#base/event.ts'
import type { Logger } from '#base/log.ts'
import { defaultSettings, type ConnectionSetting, type EngineSetting, type Settings, type SettingsSource } from '#app/settings.ts'
import { settingKeys, settingsSection } from './ids.ts'

/** The user's settings and their changes; entries that are no connection are left out and named in the log. */
export function createSettings(log: Logger): SettingsSource & Disposable {
  const changed = new Emitter<Settings>()
  let current: Settings | undefined
  const read = (): Settings => {
    const section = vscode.workspace.getConfiguration(settingsSection)
    return parseSettings(key => section.get<unknown>(key), log)
  }
  const subscription = vscode.workspace.onDidChangeConfiguration(change => {
    if (!change.affectsConfiguration(settingsSection)) return
    current = read()
    changed.fire(current)
  })
  return {
    get current() {
      current ??= read()
      return current
    },
    onDidChange: changed.event,
    dispose: () => {
      subscription.dispose()
      changed.dispose()
    },
  }
}

/** In the order of the manifest. */
export const engines: readonly EngineSetting[] = ['auto', 'docker', 'local']

/** Settings from what the user wrote, which may be anything; a default stands in for what makes no sense. */
export function parseSettings(read: (key: string) => unknown, log: Logger): Settings {
  const entries = read(settingKeys.connections)
  const connections = Array.isArray(entries) ? entries.flatMap((entry: unknown) => parseEntry(entry, log)) : []
  const names = connections.map(({ name }) => name)
  return {
    connections: connections.filter(({ name }, i) => {
      const first = names.indexOf(name) === i
      if (!first) log.warn(`Settings: there are several connections named “${name}”; the first one counts.`)
      return first
    }),
    resultRows: positive(read(settingKeys.resultRows)) ?? defaultSettings.resultRows,
    resultBytes: positive(read(settingKeys.resultBytes)) ?? defaultSettings.resultBytes,
    stackEngine: engines.find(engine => engine === read(settingKeys.stackEngine)) ?? defaultSettings.stackEngine,
  }
}

function parseEntry(entry: unknown, log: Logger): ConnectionSetting[] {
  const of = (key: string): unknown => (typeof entry === 'object' && entry !== null ? Reflect.get(entry, key) : undefined)
  const name = text(of('name'))
  if (name === undefined) {
    log.warn('Settings: an entry of dataflow.connections has no name and is left out.')
    return []
  }
  const [endpoint, region, folder, spark, mlflow] = ['endpoint', 'region', 'folder', 'spark', 'mlflow'].map(key => text(of(key)))
  const [pathStyle, buckets] = [of('pathStyle'), of('buckets')]
  return [
    {
      name,
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(region === undefined ? {} : { region }),
      ...(typeof pathStyle === 'boolean' ? { pathStyle } : {}),
      ...(Array.isArray(buckets) ? { buckets: buckets.filter((bucket: unknown) => typeof bucket === 'string') } : {}),
      ...(folder === undefined ? {} : { folder }),
      ...(spark === undefined ? {} : { spark }),
      ...(mlflow === undefined ? {} : { mlflow }),
    },
  ]
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
}

function positive(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 1 ? Math.floor(value) : undefined
}
