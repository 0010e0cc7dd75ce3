import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Place } from '#app/place.ts'
import type { S3Endpoint } from '#storage/storeSpec.ts'
import { UsageError } from './usageError.ts'

/** Where an argument points, before it is known which S3 service is meant. */
export type Location =
  | { readonly kind: 'local'; readonly folder: string }
  | { readonly kind: 's3'; readonly bucket: string; readonly key: string }

/** Reads a path, a `file://` URI or `s3://bucket/key` (`s3a` too); a slash at the end does not matter. @throws UsageError */
export function parseLocation(argument: string, workingFolder: string): Location {
  const [, scheme = '', rest = ''] = /^([a-zA-Z][a-zA-Z0-9+.-]+):\/\/(.*)$/s.exec(argument) ?? []
  switch (scheme.toLowerCase()) {
    case '':
      return { kind: 'local', folder: resolve(workingFolder, argument) }
    case 'file':
      return { kind: 'local', folder: filePath(argument) }
    case 's3':
    case 's3a':
    case 's3n': {
      const [, bucket, key = ''] = /^([^/]+)(?:\/(.*))?$/s.exec(rest) ?? []
      if (bucket === undefined) throw new UsageError(`"${argument}" names no bucket; write s3://bucket/key.`)
      return { kind: 's3', bucket, key: key.replace(/\/+$/, '') }
    }
    default:
      throw new UsageError(`"${argument}" is neither a path nor a file:// or s3:// address.`)
  }
}

export function placeOf(location: Location, endpoint: S3Endpoint): Place {
  if (location.kind === 'local') return { store: location, key: '' }
  return { store: { kind: 's3', ...endpoint, bucket: location.bucket }, key: location.key }
}

function filePath(uri: string): string {
  try {
    return resolve(fileURLToPath(uri))
  } catch {
    throw new UsageError(`"${uri}" is not the address of a folder on this machine.`)
  }
}
