import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LakehouseError } from '#base/errors.ts'
import { isWire, textOr } from '#base/wire.ts'
import { readJsonFile } from '#process/privateFile.ts'
import { parseEndpoint, type EngineEndpoint, type EngineTls } from './endpoint.ts'

/** The context that `docker context use` chose; undefined when it is the default one. */
export async function currentContext(configFolder: string): Promise<string | undefined> {
  const config = await readJsonFile(join(configFolder, 'config.json'))
  const name = isWire(config) ? textOr(config, 'currentContext') : undefined
  return name === '' || name === 'default' ? undefined : name
}

/**
 * Where the engine of a context listens, with its certificates.
 *
 * @throws LakehouseError `notFound` when there is no such context, `unsupported` when it goes over SSH
 */
export async function readContext(configFolder: string, name: string): Promise<EngineEndpoint> {
  const id = createHash('sha256').update(name).digest('hex')
  const meta = await readJsonFile(join(configFolder, 'contexts', 'meta', id, 'meta.json'))
  const address = hostOf(meta)
  if (address === undefined) {
    throw new LakehouseError('notFound', `There is no Docker context ${JSON.stringify(name)} in ${configFolder}.`, {
      hint: 'See `docker context ls`, then choose one with `docker context use` or unset DOCKER_CONTEXT.',
    })
  }
  return parseEndpoint(address, await readTls(join(configFolder, 'contexts', 'tls', id, 'docker')))
}

/** The certificates in a folder; undefined when there are none. */
export async function readTls(folder: string): Promise<EngineTls | undefined> {
  const [ca, cert, key] = await Promise.all(['ca.pem', 'cert.pem', 'key.pem'].map(name => readPem(join(folder, name))))
  if (ca === undefined && cert === undefined && key === undefined) return undefined
  return { ...(ca === undefined ? {} : { ca }), ...(cert === undefined ? {} : { cert }), ...(key === undefined ? {} : { key }) }
}

function hostOf(meta: unknown): string | undefined {
  const endpoints = isWire(meta) ? meta['Endpoints'] : undefined
  const docker = isWire(endpoints) ? endpoints['docker'] : undefined
  return isWire(docker) ? textOr(docker, 'Host') : undefined
}

async function readPem(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
