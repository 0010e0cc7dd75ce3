import type { Role } from '#compose/roles.ts'

interface Hints {
  readonly image: string
  readonly command: readonly string[]
  readonly environment: ReadonlyMap<string, { readonly value: string }>
}

/** What a service most likely is, by its image and what it runs; null for anything else, also for a client of these. */
export function likelyRole({ image, command, environment }: Hints): Role | null {
  const line = command.join(' ')
  const repository = repositoryOf(image)
  if (/SparkConnectServer|start-connect-server/.test(line)) return 'spark-connect'
  if (/(?:^|\/)spark$/.test(repository)) {
    const mode = environment.get('SPARK_MODE')?.value ?? line
    if (/worker/i.test(mode)) return 'spark-worker'
    return /master/i.test(mode) ? 'spark-master' : null
  }
  if (/(?:^|\/)(?:minio|rustfs|seaweedfs|versitygw)$/.test(repository)) return /\bmc\b|mirror|mb /.test(line) ? null : 's3'
  if (/\bmlflow (?:server|ui)\b/.test(line)) return 'mlflow'
  if (/\bprefect (?:server|orion) start\b/.test(line)) return 'prefect'
  if (/\bstreamlit run\b/.test(line)) return 'streamlit'
  return /(?:^|\/)nginx$/.test(repository) ? 'nginx' : null
}

/** The image without registry, tag and digest: `bitnami/spark`. */
export function repositoryOf(image: string): string {
  const name = image.replace(/@.*$/, '').replace(/:[^/]*$/, '')
  const [first = '', ...rest] = name.split('/')
  const isHost = rest.length > 0 && (first.includes('.') || first.includes(':') || first === 'localhost')
  return (isHost ? rest : [first, ...rest]).join('/').replace(/^library\//, '')
}

/** The registry that an image comes from; `docker.io` where none is named. */
export function registryOf(image: string): string {
  const [first = '', ...rest] = image.split('/')
  return rest.length > 0 && (first.includes('.') || first.includes(':') || first === 'localhost') ? first : 'docker.io'
}

/** The tag; undefined where there is none, and a digest says which it is. */
export function tagOf(image: string): string | undefined {
  return /:([^/:@]+)(?:@.*)?$/.exec(image)?.[1]
}
