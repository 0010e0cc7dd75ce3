import type { Event } from '#base/event.ts'
import type { EngineKind } from '#stack/types.ts'

/** The user's settings as the app needs them; defaults stand in package.json. */
export interface Settings {
  readonly connections: readonly ConnectionSetting[]
  /** Most rows an SQL cell keeps. */
  readonly resultRows: number
  /** Most bytes of Arrow an SQL cell keeps. */
  readonly resultBytes: number
  readonly stackEngine: EngineSetting
}

/** `auto`: Docker where the folder has a compose file of its own and an engine answers, else local processes. */
export type EngineSetting = 'auto' | EngineKind

/** One entry of `dataflow.connections`; names, never secrets. */
export interface ConnectionSetting {
  readonly name: string
  readonly endpoint?: string
  readonly region?: string
  readonly pathStyle?: boolean
  /** The buckets to show, for keys that may not list them. */
  readonly buckets?: readonly string[]
  /** Absolute path of a folder of tables, instead of S3. */
  readonly folder?: string
  /** `sc://host:port`, with `;use_ssl=true` for TLS. */
  readonly spark?: string
  /** Address of an MLflow tracking server. */
  readonly mlflow?: string
}

export interface SettingsSource {
  readonly current: Settings
  readonly onDidChange: Event<Settings>
}

export const defaultSettings: Settings = { connections: [], resultRows: 10_000, resultBytes: 8 * 1024 * 1024, stackEngine: 'auto' }
