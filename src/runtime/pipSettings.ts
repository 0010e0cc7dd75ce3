import type { Environment } from './places.ts'

/** pip's own settings by name (`index-url`, `cert`, …), as it reads them from its files and PIP_* variables. */
export type PipSettings = Readonly<Record<string, string>>

/** Reads the output of `pip config list`: a line for each, `section.name='value'`; the environment wins over files. */
export function parsePipConfig(lines: readonly string[]): PipSettings {
  const settings: Record<string, string> = {}
  const rank: Record<string, number> = {}
  for (const line of lines) {
    const [, section, name, quoted] = /^(global|install|:env:)\.([\w-]+)=(.*)$/.exec(line.trim()) ?? []
    if (!section || !name || quoted === undefined) continue
    const own = ['global', 'install', ':env:'].indexOf(section)
    if (own < (rank[name] ?? 0)) continue
    rank[name] = own
    settings[name.replaceAll('_', '-')] = unquote(quoted)
  }
  return settings
}

/** The PIP_* variables alone, for a machine where pip is not there to be asked. */
export function pipSettingsOf(env: Environment): PipSettings {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      name.startsWith('PIP_') && value ? [[name.slice(4).toLowerCase().replaceAll('_', '-'), value]] : [],
    ),
  )
}

/**
 * The same settings for uv, as variables, since an index address may carry a password. Every index is looked at, as pip does:
 * the hashes of the lock decide what is taken. What the user set for uv stays.
 */
export function uvVariables(pip: PipSettings, env: Environment): Record<string, string> {
  const proxy = pip['proxy']
  const certificates = pip['cert'] ?? env['SSL_CERT_FILE'] ?? env['REQUESTS_CA_BUNDLE'] ?? env['PIP_CERT']
  const derived: Record<string, string | undefined> = {
    UV_DEFAULT_INDEX: env['UV_INDEX_URL'] ? undefined : pip['index-url'],
    UV_INDEX: env['UV_EXTRA_INDEX_URL'] ? undefined : words(pip['extra-index-url']),
    UV_FIND_LINKS: words(pip['find-links'], ','),
    UV_INSECURE_HOST: words(pip['trusted-host']),
    UV_HTTP_TIMEOUT: pip['timeout'] ?? pip['default-timeout'],
    SSL_CERT_FILE: certificates,
    HTTPS_PROXY: env['https_proxy'] ? undefined : proxy,
    HTTP_PROXY: env['http_proxy'] ? undefined : proxy,
    UV_INDEX_STRATEGY: 'unsafe-best-match',
    UV_SYSTEM_CERTS: 'true',
  }
  return Object.fromEntries(Object.entries(derived).flatMap(([name, value]) => (value && !env[name] ? [[name, value]] : [])))
}

/** What uv has no variable for. */
export function uvArguments(pip: PipSettings): readonly string[] {
  return ['1', 'true', 'yes', 'on'].includes(pip['no-index']?.toLowerCase() ?? '') ? ['--no-index'] : []
}

function words(value: string | undefined, separator = ' '): string | undefined {
  return value?.split(/\s+/).filter(Boolean).join(separator)
}

/** A Python string literal of `repr`. */
function unquote(literal: string): string {
  const quote = literal[0]
  if ((quote !== "'" && quote !== '"') || !literal.endsWith(quote)) return literal
  const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' }
  return literal.slice(1, -1).replaceAll(/\\(.)/g, (_, character: string) => escapes[character] ?? character)
}
