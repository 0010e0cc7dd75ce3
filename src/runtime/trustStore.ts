import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { rootCertificates } from 'node:tls'
import { exists, type InstallContext } from './install.ts'
import type { Environment } from './places.ts'

const systemJavaStore = '/etc/ssl/certs/java/cacerts'
const systemBundles = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt', '/etc/ssl/ca-bundle.pem']
/** Not a secret: a store of public certificates is sealed with it against accidents. */
const password = 'changeit'

/**
 * Options that make a JRE from a wheel, which brings its own certificates, trust what the machine trusts: the certificates that
 * the usual variables name, else the system's. Without them nothing can be fetched behind a proxy that opens TLS.
 */
export async function trustOptions({ env, cache }: Pick<InstallContext, 'env' | 'cache'>): Promise<readonly string[]> {
  const bundle = await namedBundle(env)
  if (bundle === undefined && (await exists(systemJavaStore))) return [`-Djavax.net.ssl.trustStore=${systemJavaStore}`]
  if (bundle === undefined && process.platform === 'win32') return ['-Djavax.net.ssl.trustStoreType=Windows-ROOT']
  const source = bundle ?? (await firstExisting(systemBundles))
  if (source === undefined) return []
  const store = javaStore([...(await withRoots(source))].map(body => Buffer.from(body, 'base64')))
  const file = join(cache, 'tools', `trust-${createHash('sha256').update(store).digest('hex').slice(0, 12)}.jks`)
  if (!(await exists(file))) await writeStore(file, store)
  return [`-Djavax.net.ssl.trustStore=${file}`, `-Djavax.net.ssl.trustStorePassword=${password}`]
}

/** The Base64 bodies of what {@link trustOptions} makes Java trust; undefined where that is not to be told without a JRE. */
export async function trustedByJava(env: Environment): Promise<ReadonlySet<string> | undefined> {
  // The system's own store of Java is made from its bundle.
  const source = (await namedBundle(env)) ?? (await firstExisting(systemBundles))
  return source === undefined ? undefined : await withRoots(source)
}

async function namedBundle(env: Environment): Promise<string | undefined> {
  const named = [env['NODE_EXTRA_CA_CERTS'], env['SSL_CERT_FILE'], env['PIP_CERT'], env['REQUESTS_CA_BUNDLE']]
  return firstExisting(named.filter(file => file !== undefined))
}

async function withRoots(file: string): Promise<ReadonlySet<string>> {
  return new Set([...rootCertificates.flatMap(derOf), ...derOf(await readFile(file, 'utf8'))])
}

/** The Base64 bodies of the certificates in a PEM text. */
export function derOf(pem: string): string[] {
  const blocks = pem.matchAll(/-----BEGIN (?:TRUSTED )?CERTIFICATE-----([\s\S]*?)-----END/g)
  return Array.from(blocks, ([, body = '']) => body.replaceAll(/\s/g, ''))
}

/**
 * A trust store in Java's JKS format, version 2 (sun.security.provider.JavaKeyStore): a header, an entry of tag 2 for each
 * certificate, a SHA-1 seal over password, a fixed salt and all before. Written here because keytool takes one certificate a run.
 */
export function javaStore(certificates: readonly Uint8Array[]): Buffer {
  const entries = certificates.flatMap((certificate, index) => [
    int32(2),
    text(`ca-${index}`),
    Buffer.alloc(8),
    text('X.509'),
    int32(certificate.byteLength),
    certificate,
  ])
  const body = Buffer.concat([int32(0xfe_ed_fe_ed), int32(2), int32(certificates.length), ...entries])
  const seal = createHash('sha1').update(Buffer.from(password, 'utf16le').swap16()).update('Mighty Aphrodite').update(body).digest()
  return Buffer.concat([body, seal])
}

async function writeStore(file: string, store: Buffer): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  const half = `${file}.${process.pid}`
  await writeFile(half, store)
  await rename(half, file)
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** A string with a length of two bytes, as Java's DataOutput writes it. */
function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'latin1')
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes])
}

async function firstExisting(files: readonly string[]): Promise<string | undefined> {
  for (const file of files) if (await exists(file)) return file
  return undefined
}
