import type { Change, YamlValue } from '#doctor/change.ts'
import type { Facts, FileFacts, FileService } from '#doctor/facts.ts'
import type { Finding, Fix } from '#doctor/finding.ts'
import { activeServices, inFile, manual, roleOf, serviceOf } from '#doctor/fixes.ts'
import { repositoryOf, tagOf } from '#doctor/image.ts'
import { minorOf, sparkLines } from '#doctor/versions.ts'
import { healthcheckFor } from './healthchecks.ts'
import { officialSpark } from './images.ts'
import { sharedKey } from './passwords.ts'

const connectPort = 15_002

/** Cells and SQL go through Spark Connect: a cluster without it cannot be used. */
export function sparkFindings(facts: Facts): readonly Finding[] {
  const { file } = facts
  const services = activeServices(facts)
  const isThere = services.some(
    service => roleOf(service) === 'spark-connect' || service.ports.some(({ containerPort }) => containerPort === connectPort),
  )
  const master = serviceOf(facts, 'spark-master')
  if (!file || !master || isThere) return []
  const version = sparkVersion(master)
  const fix = version === undefined ? manual : connectService(facts, file, { master, version })
  return [
    { code: 'connectMissing', severity: 'error', facts: { ...inFile(master.at), service: master.name, better: 'spark-connect' }, fix },
  ]
}

/** The version of Spark in an image of Spark; undefined where its tag does not tell. */
export function sparkVersion({ image }: FileService): string | undefined {
  if (image === null || !/(?:^|\/)spark$/.test(repositoryOf(image))) return undefined
  return /^\d+\.\d+\.\d+/.exec(tagOf(image) ?? '')?.[0]
}

interface Cluster {
  readonly master: FileService
  readonly version: string
}

/** A service beside the master that runs the Connect server with Delta and S3, as one more application of the cluster. */
function connectService(facts: Facts, file: FileFacts, { master, version }: Cluster): Fix {
  const line = sparkLines[minorOf(version)]
  if (!line) return manual
  const scala = version.startsWith('3.') ? '2.12' : '2.13'
  const delta = deltaCoordinate(version, scala)
  const connect = version.startsWith('3.') ? [`org.apache.spark:spark-connect_${scala}:${version}`] : []
  const packages = [...connect, delta, `org.apache.hadoop:hadoop-aws:${line.hadoop}`]
  const s3 = serviceOf(facts, 's3')
  const service: Record<string, YamlValue> = {
    image: /(?:^|\/)bitnami\/spark/.test(master.image ?? '') ? officialSpark(version) : (master.image ?? ''),
    command: [
      '/opt/spark/sbin/start-connect-server.sh',
      '--master',
      `spark://${master.name}:7077`,
      '--packages',
      packages.join(','),
      ...Object.entries(settings(s3)).flatMap(([key, value]) => ['--conf', `${key}=${value}`]),
    ],
    environment: environmentOf(master, s3),
    ports: [`127.0.0.1:${connectPort}:${connectPort}`, '127.0.0.1:4040:4040'],
    networks: master.networks,
    depends_on: [master.name],
    healthcheck: healthcheckFor('spark-connect', connectPort) ?? {},
    labels: { 'dataflow.role': 'spark-connect' },
  }
  const changes: Change[] = [{ kind: 'set', path: ['services', 'spark-connect'], value: service }]
  return {
    kind: 'edit',
    changes: [{ file: file.overrideFile, changes }],
    newSecrets: { file: file.envFile, names: ['SPARK_CONNECT_TOKEN'] },
  }
}

/** From 4.4 on the name of the artifact says which Spark it is for. */
function deltaCoordinate(version: string, scala: string): string {
  const minor = minorOf(version)
  if (minor === '3.4') return `io.delta:delta-core_${scala}:2.4.0`
  return minor === '3.5' ? `io.delta:delta-spark_${scala}:3.3.1` : `io.delta:delta-spark_${minor}_${scala}:4.4.0`
}

function settings(s3: FileService | undefined): Readonly<Record<string, string>> {
  return {
    'spark.jars.ivy': '/tmp/ivy',
    'spark.sql.extensions': 'io.delta.sql.DeltaSparkSessionExtension',
    'spark.sql.catalog.spark_catalog': 'org.apache.spark.sql.delta.catalog.DeltaCatalog',
    'spark.connect.grpc.binding.address': '0.0.0.0',
    'spark.connect.grpc.binding.port': String(connectPort),
    ...(s3
      ? {
          'spark.hadoop.fs.s3a.endpoint': `http://${s3.name}:${s3.ports[0]?.containerPort ?? 9000}`,
          'spark.hadoop.fs.s3a.path.style.access': 'true',
          'spark.hadoop.fs.s3a.connection.ssl.enabled': 'false',
        }
      : {}),
  }
}

/** The keys of the object store as the file writes them: a weak one is another finding. */
function environmentOf(master: FileService, s3: FileService | undefined): Readonly<Record<string, YamlValue>> {
  const from = (names: readonly string[]): string | undefined =>
    [master, ...(s3 ? [s3] : [])].flatMap(({ environment }) => names.flatMap(name => environment.get(name)?.written ?? []))[0]
  const user = from(['AWS_ACCESS_KEY_ID', 'MINIO_ROOT_USER', 'RUSTFS_ACCESS_KEY'])
  const password = sharedKey(from(['AWS_SECRET_ACCESS_KEY', 'MINIO_ROOT_PASSWORD', 'RUSTFS_SECRET_KEY']))
  return {
    SPARK_NO_DAEMONIZE: 'true',
    // Spark from 4.0 on asks its clients for it.
    SPARK_CONNECT_AUTHENTICATE_TOKEN: '${SPARK_CONNECT_TOKEN:?a random text in .env}',
    ...(user === undefined ? {} : { AWS_ACCESS_KEY_ID: user }),
    ...(password === undefined ? {} : { AWS_SECRET_ACCESS_KEY: password }),
  }
}
