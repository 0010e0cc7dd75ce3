import type { Place } from '#app/place.ts'
import type { StoreSpec } from '#storage/storeSpec.ts'

/** What a page keeps of the table that it shows. */
export function savedPlace(place: Place): { readonly place: string } {
  return { place: JSON.stringify(place) }
}

/** The table and version of a page's saved state; undefined for anything that no page of ours saved. */
export function readSaved(state: unknown): { readonly place: Place; readonly version: number | undefined } | undefined {
  const [text, version] = [member(state, 'place'), member(state, 'version')]
  const whole = typeof text === 'string' ? parseJson(text) : undefined
  const store = parseStore(member(whole, 'store'))
  const key = member(whole, 'key')
  if (!store || typeof key !== 'string') return undefined
  return { place: { store, key }, version: typeof version === 'number' ? version : undefined }
}

function parseStore(value: unknown): StoreSpec | undefined {
  const [folder, connection, endpoint, region, bucket] = ['folder', 'connection', 'endpoint', 'region', 'bucket'].map(name => {
    const found = member(value, name)
    return typeof found === 'string' ? found : undefined
  })
  if (member(value, 'kind') === 'local') return folder === undefined ? undefined : { kind: 'local', folder }
  if (connection === undefined || region === undefined || bucket === undefined) return undefined
  const pathStyle = member(value, 'pathStyle') === true
  return { kind: 's3', connection, region, bucket, pathStyle, ...(endpoint === undefined ? {} : { endpoint }) }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}
