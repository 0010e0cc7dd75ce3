/** An image as a registry is asked for it. */
export interface ImageName {
  /** With the registry where one is named. */
  readonly repository: string
  /** `latest` where nothing is said. */
  readonly tag: string
  /** `sha256:…`; then the tag is for people only. */
  readonly digest?: string
}

/** `[registry/]repository[:tag][@digest]` */
export function parseImageName(reference: string): ImageName {
  const at = reference.indexOf('@')
  const named = at < 0 ? reference : reference.slice(0, at)
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1)
  return {
    repository: colon < 0 ? named : named.slice(0, colon),
    tag: colon < 0 ? 'latest' : named.slice(colon + 1),
    ...(at < 0 ? {} : { digest: reference.slice(at + 1) }),
  }
}
