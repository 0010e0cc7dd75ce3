import { LocalStore } from './localStore.ts'
import type { Buckets, ObjectStore, ObjectWriter } from './objectStore.ts'
import { defaultLimits, S3Connection, type S3Limits } from './s3/client.ts'
import { S3Buckets } from './s3/s3Buckets.ts'
import { S3Store } from './s3/s3Store.ts'
import type { CredentialSource, S3Endpoint, StoreSpec } from './storeSpec.ts'

const connections = new WeakMap<CredentialSource, Map<string, S3Connection>>()

/** The store that `spec` names. Makes no request; stores of one service and one credential source share their sockets. */
export function openStore(spec: StoreSpec, credentials: CredentialSource, limits = defaultLimits): ObjectStore & ObjectWriter {
  if (spec.kind === 'local') return new LocalStore(spec.folder)
  return new S3Store(connectionTo(spec, credentials, limits), spec.bucket)
}

/** The buckets of a service. Makes no request. */
export function openBuckets(endpoint: S3Endpoint, credentials: CredentialSource, limits = defaultLimits): Buckets {
  return new S3Buckets(connectionTo(endpoint, credentials, limits))
}

/** Clients of a connection ask for its credentials again before their next request; those under way end as they began. */
export function renewCredentials(credentials: CredentialSource, connection: string): void {
  for (const known of connections.get(credentials)?.values() ?? []) if (known.endpoint.connection === connection) known.renew()
}

function connectionTo(service: S3Endpoint, credentials: CredentialSource, limits: S3Limits): S3Connection {
  const { connection, endpoint, region, pathStyle } = service
  const known = connections.get(credentials) ?? new Map<string, S3Connection>()
  connections.set(credentials, known)
  const name = JSON.stringify([connection, endpoint, region, pathStyle, limits])
  const found =
    known.get(name) ??
    new S3Connection({ connection, region, pathStyle, ...(endpoint === undefined ? {} : { endpoint }) }, credentials, limits)
  known.set(name, found)
  return found
}
