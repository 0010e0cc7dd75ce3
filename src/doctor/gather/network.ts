import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { NetworkFacts } from '#doctor/facts.ts'
import { definedOnly } from '#runtime/childEnv.ts'
import type { Environment } from '#runtime/places.ts'
import { pipSettingsOf } from '#runtime/pipSettings.ts'
import type { Python } from '#runtime/pythonFacts.ts'
import { derOf, trustedByJava } from '#runtime/trustStore.ts'
import { settingsOfPip } from '#runtime/uv.ts'

const certificateVariables = ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE', 'PIP_CERT', 'CURL_CA_BUNDLE']
const localNames = ['localhost', '127.0.0.1']
const mostSubjects = 3

/** Proxies, and certificates that some programs of this machine are told to trust and others are not. */
export async function seeNetwork(env: Environment, python: Python | undefined, signal: AbortSignal): Promise<NetworkFacts> {
  const named = certificateVariables.flatMap(variable => {
    const file = env[variable]
    return file ? [{ variable, file }] : []
  })
  const { cert } = python ? await settingsOfPip(python, definedOnly(env), signal) : pipSettingsOf(env)
  const all = cert === undefined || named.some(({ file }) => file === cert) ? named : [...named, { variable: 'pip.conf', file: cert }]
  const texts = await Promise.all(all.map(async ({ file }) => ({ file, text: await readFile(file, 'utf8').catch(noFile) })))
  const missingFiles = all.filter((_each, index) => texts[index]?.text === undefined)
  return { proxy: proxyOf(env), missingFiles, unknownToJava: await unknown(env, texts) }
}

/** Whether a proxy also gets what is meant for this machine. */
function proxyOf(env: Environment): NetworkFacts['proxy'] {
  const variable = ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy'].find(name => env[name])
  if (variable === undefined) return null
  const direct = (env['no_proxy'] ?? env['NO_PROXY'] ?? '').split(',').map(name => name.trim().replace(/:\d+$/, ''))
  const missing = direct.includes('*') ? [] : localNames.filter(name => !direct.includes(name))
  return missing.length === 0 ? null : { variable, missing }
}

/** Certificates of the named files that are not in what Java is given. */
async function unknown(
  env: Environment,
  texts: readonly { file: string; text: string | undefined }[],
): Promise<NetworkFacts['unknownToJava']> {
  const known = await trustedByJava(env)
  if (!known) return []
  const first = texts.filter(({ file }, index) => texts.findIndex(other => other.file === file) === index)
  return first.flatMap(({ file, text = '' }) => {
    const others = derOf(text).filter(body => !known.has(body))
    return others.length === 0 ? [] : [{ file, subjects: subjectsOf(others) }]
  })
}

function subjectsOf(bodies: readonly string[]): readonly string[] {
  const subjects = bodies
    .slice(0, mostSubjects)
    .map(body => new X509Certificate(Buffer.from(body, 'base64')).subject.replaceAll('\n', ', '))
  return bodies.length > mostSubjects ? [...subjects, `… (${bodies.length})`] : subjects
}

function noFile(error: unknown): undefined {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
  throw error
}
