import type { Facts, FileFacts, FileService } from '#doctor/facts.ts'
import type { Finding } from '#doctor/finding.ts'
import { activeServices, inFile, manual, override, roleOf } from '#doctor/fixes.ts'
import { registryOf, repositoryOf, tagOf } from '#doctor/image.ts'
import { healthcheckFor } from './healthchecks.ts'
import { sharedKey } from './passwords.ts'

/** What took MinIO's place: the image of our own project file. It keeps another form of data. */
const rustfs = 'rustfs/rustfs:1.0.0@sha256:8cc9801755448b71a786705ce76692c77e14936cccd87cf2fc31842e58f4d1ff'

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
  if (repository === 'minio/minio') {
    return [{ code: 'imageGone', severity: 'error', facts: { ...facts, better: rustfs }, fix: override(file, name, s3Keys(service)) }]
  }
  if (!repository.startsWith('bitnami/') && repository !== 'minio/mc') return []
  const spark = repository === 'bitnami/spark' ? sparkKeys(service) : undefined
  if (!spark) return [{ code: 'imageGone', severity: 'error', facts: { ...facts, better: '' }, fix: manual }]
  return [{ code: 'imageGone', severity: 'error', facts: { ...facts, better: spark.image }, fix: override(file, name, spark) }]
}

/** RustFS takes the command of MinIO; its keys are those of MinIO until they are changed in `.env`. */
function s3Keys({ environment }: FileService) {
  const [user, password] = ['MINIO_ROOT_USER', 'MINIO_ROOT_PASSWORD'].map(name => environment.get(name)?.written)
  return {
    image: rustfs,
    'environment/RUSTFS_ACCESS_KEY': user,
    'environment/RUSTFS_SECRET_KEY': sharedKey(password),
    'environment/RUSTFS_OBS_LOG_DIRECTORY': '',
    // What Docker makes of a folder belongs to root.
    user: '0:0',
    // The old one asks for MinIO's own page of health.
    healthcheck: healthcheckFor('s3', 9000),
  }
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
