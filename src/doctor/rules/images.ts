import type { Facts, FileFacts, FileService } from '#doctor/facts.ts'
import type { Finding } from '#doctor/finding.ts'
import { activeServices, inFile, manual, override, roleOf } from '#doctor/fixes.ts'
import { registryOf, repositoryOf, tagOf } from '#doctor/image.ts'

/** MinIO left Docker Hub in September 2026. Its own second registry keeps what there was, by the same tags and digests. */
const lastOfMinio: Readonly<Record<string, string>> = {
  'minio/minio': 'RELEASE.2025-09-07T16-13-09Z',
  'minio/mc': 'RELEASE.2025-08-13T08-35-41Z',
}

/** Images that nobody can pull any more, that may be another tomorrow, and that are not here and cannot be had now. */
export function imageFindings(facts: Facts): readonly Finding[] {
  const { file } = facts
  if (!file) return []
  const services = activeServices(facts)
  const gone = services.flatMap(service => goneImage(service, file))
  const isGone = (name: string): boolean => gone.some(finding => finding.code === 'imageGone' && finding.facts.service === name)
  const kept = services.filter(service => !isAirbyte(service))
  return [...airbyte(services, file), ...gone, ...unpinned(kept.filter(({ name }) => !isGone(name))), ...absent(facts, kept, isGone)]
}

/** Airbyte's own images: its platform runs on Kubernetes only since 2024, and its compose file was never whole. */
export function isAirbyte({ image }: FileService): boolean {
  return image !== null && repositoryOf(image).startsWith('airbyte/')
}

function airbyte(services: readonly FileService[], file: FileFacts): readonly Finding[] {
  const names = services.filter(isAirbyte).map(({ name }) => name)
  if (names.length === 0) return []
  const changes = names.map(name => ({ kind: 'set', path: ['services', name, 'profiles'], value: ['airbyte'] }) as const)
  return [
    {
      code: 'airbyteRetired',
      severity: 'error',
      facts: { services: names },
      fix: { kind: 'edit', changes: [{ file: file.overrideFile, changes }] },
    },
  ]
}

function goneImage(service: FileService, file: FileFacts): readonly Finding[] {
  const { name, image, imageAt } = service
  if (image === null || registryOf(image) !== 'docker.io') return []
  const repository = repositoryOf(image)
  const facts = { ...inFile(imageAt), service: name, image }
  const last = lastOfMinio[repository]
  if (last !== undefined) {
    const better = `quay.io/${repository}${/[:@]/.test(image) ? image.slice(image.search(/[:@]/)) : `:${last}`}`.replace(
      /:latest$/,
      `:${last}`,
    )
    return [{ code: 'imageGone', severity: 'error', facts: { ...facts, better }, fix: override(file, name, { image: better }) }]
  }
  if (!repository.startsWith('bitnami/')) return []
  const spark = repository === 'bitnami/spark' ? sparkKeys(service) : undefined
  if (!spark) return [{ code: 'imageGone', severity: 'error', facts: { ...facts, better: '' }, fix: manual }]
  return [{ code: 'imageGone', severity: 'error', facts: { ...facts, better: spark.image }, fix: override(file, name, spark) }]
}

/** The image of the Spark project itself, which is told by its command what the other one was told by variables. */
function sparkKeys(service: FileService): { readonly image: string; readonly command: readonly string[] } | undefined {
  const { name, image, environment } = service
  const version = /^\d+\.\d+\.\d+/.exec(tagOf(image ?? '') ?? '')?.[0]
  const role = roleOf(service)
  if (version === undefined || (role !== 'spark-master' && role !== 'spark-worker')) return undefined
  const run = '/opt/spark/bin/spark-class'
  const master = environment.get('SPARK_MASTER_URL')?.written ?? 'spark://spark-master:7077'
  return {
    image: officialSpark(version),
    command:
      role === 'spark-master'
        ? [run, 'org.apache.spark.deploy.master.Master', '--host', name, '--port', '7077', '--webui-port', '8080']
        : [run, 'org.apache.spark.deploy.worker.Worker', master, '--webui-port', '8081'],
  }
}

/** The official image of a version of Spark, with the Scala that its Delta is built for. */
export function officialSpark(version: string): string {
  return `apache/spark:${version}-scala${version.startsWith('3.') ? '2.12' : '2.13'}-java17-python3-ubuntu`
}

function unpinned(services: readonly FileService[]): readonly Finding[] {
  const images = services.flatMap(({ name, image, isBuilt }) =>
    image !== null && !isBuilt && isMoving(image) ? [{ service: name, image }] : [],
  )
  return images.length === 0 ? [] : [{ code: 'imageUnpinned', severity: 'info', facts: { images }, fix: manual }]
}

function isMoving(image: string): boolean {
  const tag = tagOf(image)
  return !image.includes('@') && (tag === undefined || /(?:^|-)(?:latest|main|nightly|edge)$/.test(tag))
}

function absent({ images = [] }: Facts, services: readonly FileService[], isGone: (name: string) => boolean): readonly Finding[] {
  const wanted = services.filter(({ name, isBuilt }) => !isBuilt && !isGone(name)).map(({ name }) => name)
  const missing = images.filter(({ service, isPresent, unreachable }) => wanted.includes(service) && !isPresent && unreachable !== null)
  const registries = [...new Set(missing.map(({ unreachable }) => unreachable?.registry ?? ''))]
  return registries.map(registry => {
    const own = missing.filter(({ unreachable }) => unreachable?.registry === registry)
    const facts = { registry, why: own[0]?.unreachable?.why ?? '', images: own.map(({ service, image }) => ({ service, image })) }
    return { code: 'imageAbsent', severity: 'error', facts, fix: manual }
  })
}
