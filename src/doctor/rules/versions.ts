import type { Facts, FileService, Pin } from '#doctor/facts.ts'
import type { Finding, VersionMismatch } from '#doctor/finding.ts'
import { activeServices, manual, roleOf, serviceOf } from '#doctor/fixes.ts'
import { repositoryOf, tagOf } from '#doctor/image.ts'
import { isAtLeast, majorOf, minorOf, sparkLines, type SparkLine } from '#doctor/versions.ts'
import { sparkVersion } from './spark.ts'

/** A version of something, and what says so. */
interface Part {
  readonly part: string
  readonly version: string
  readonly place: string
}

type MaybePart = Omit<Part, 'version'> & { readonly version: string | undefined }

/** Spark with its Delta, Scala, Java, Hadoop and Python client; servers of MLflow and Prefect with their clients. */
export function versionFindings(facts: Facts): readonly Finding[] {
  const pins = facts.host?.pins ?? []
  const mismatches = [
    ...inContainers(facts),
    ...sparkClients(facts, pins),
    ...deltaOfClient(pins),
    ...pythonOfClient(pins),
    ...clients(facts, pins),
  ]
  return mismatches.map(mismatch => ({
    code: 'versionsMismatch',
    severity: mismatch.breaks ? 'error' : 'warning',
    facts: mismatch,
    fix: manual,
  }))
}

/** What one service's image and its `--packages` bring. */
function inContainers(facts: Facts): readonly VersionMismatch[] {
  return activeServices(facts).flatMap(service => {
    const version = sparkVersion(service)
    const line = version === undefined ? undefined : sparkLines[minorOf(version)]
    if (version === undefined || !line) return []
    const spark: Part = { part: 'Spark', version, place: service.name }
    const tag = tagOf(service.image ?? '') ?? ''
    const scala = /scala(\d\.\d+)/.exec(tag)?.[1]
    return [
      ...unlessOneOf({ part: 'Scala', version: scala, place: service.name }, line.scala, spark),
      ...unlessOneOf({ part: 'Java', version: /java(\d+)/.exec(tag)?.[1], place: service.name }, line.java, spark),
      ...coordinates(service).flatMap(coordinate => ofCoordinate(coordinate, { spark, line, scala })),
    ]
  })
}

interface Coordinate {
  readonly artifact: string
  readonly version: string
  readonly place: string
}

/** Maven coordinates in the command and in variables: `io.delta:delta-spark_2.12:3.3.1`. */
function coordinates({ name, command, environment }: FileService): readonly Coordinate[] {
  const texts = [...command, ...[...environment.values()].map(({ value }) => value)]
  return texts.flatMap(text =>
    Array.from(text.matchAll(/[\w.-]+:([\w.-]+):(\d[\w.-]*)/g), ([, artifact = '', version = '']) => ({ artifact, version, place: name })),
  )
}

interface Around {
  readonly spark: Part
  readonly line: SparkLine
  readonly scala: string | undefined
}

function ofCoordinate({ artifact, version, place }: Coordinate, { spark, line, scala }: Around): readonly VersionMismatch[] {
  if (artifact === 'hadoop-aws')
    return unlessOneOf({ part: 'hadoop-aws', version, place }, [line.hadoop], { ...spark, part: 'Hadoop', version: line.hadoop })
  const [, base, forSpark, forScala] = /^(delta-(?:spark|core)|spark-[a-z-]+?)(?:_(\d+\.\d+))??_(\d+\.\d+)$/.exec(artifact) ?? []
  if (base === undefined) return []
  const ownScala = unlessOneOf(
    { part: `Scala of ${artifact}`, version: forScala, place },
    scala === undefined ? line.scala : [scala],
    spark,
  )
  if (base.startsWith('spark-')) return [...unlessMinor({ part: artifact, version, place }, spark, true), ...ownScala]
  const forOther = forSpark !== undefined && forSpark !== minorOf(spark.version)
  const delta = unlessOneOf({ part: 'Delta', version, place }, line.delta, spark)
  const named = forOther
    ? [{ part: artifact, version, place, other: 'Spark', otherVersion: spark.version, wanted: [minorOf(spark.version)], breaks: true }]
    : []
  return [...(forOther ? named : delta), ...ownScala]
}

function unlessOneOf({ part, version, place }: MaybePart, wanted: readonly string[], other: Part): readonly VersionMismatch[] {
  if (version === undefined || wanted.some(each => version === each || version.startsWith(`${each}.`))) return []
  return [{ part, version, place, other: other.part, otherVersion: other.version, wanted, breaks: true }]
}

function unlessMinor(own: Part, other: Part, breaks: boolean): readonly VersionMismatch[] {
  const wanted = [minorOf(other.version)]
  if (wanted.includes(minorOf(own.version))) return []
  return [{ ...own, other: `${other.part}, ${other.place}`, otherVersion: other.version, wanted, breaks }]
}

/** The Python client of Spark against the server, the running one before the one that the file would start. */
function sparkClients(facts: Facts, pins: readonly Pin[]): readonly VersionMismatch[] {
  const server = sparkServer(facts)
  if (!server) return []
  return pins
    .filter(({ name }) => /^pyspark(?:-connect|-client)?$/.test(name))
    .flatMap(({ name, version, place }) => unlessMinor({ part: name, version, place }, server, false))
}

function sparkServer(facts: Facts): Part | undefined {
  const running = facts.servers?.find(({ role, version }) => role === 'spark-connect' && version !== null)
  if (running?.version) return { part: 'Spark', version: running.version, place: running.service }
  const defined = serviceOf(facts, 'spark-connect') ?? serviceOf(facts, 'spark-master')
  const version = defined && sparkVersion(defined)
  return version === undefined ? undefined : { part: 'Spark', version, place: defined?.name ?? '' }
}

/** delta-spark beside the pyspark that the same file asks for. */
function deltaOfClient(pins: readonly Pin[]): readonly VersionMismatch[] {
  return pins
    .filter(({ name }) => name === 'delta-spark')
    .flatMap(({ version, place }) => {
      const pyspark = pins.find(pin => pin.name === 'pyspark' && pin.place.split(',')[0] === place.split(',')[0])
      const line = pyspark && sparkLines[minorOf(pyspark.version)]
      return line
        ? unlessOneOf({ part: 'delta-spark', version, place }, line.delta, { part: 'pyspark', version: pyspark.version, place })
        : []
    })
}

/** The Python of the workspace beside its pyspark. */
function pythonOfClient(pins: readonly Pin[]): readonly VersionMismatch[] {
  const pyspark = pins.find(({ name }) => name === 'pyspark')
  const range = pyspark && sparkLines[minorOf(pyspark.version)]?.python
  if (!range) return []
  return pins.flatMap(({ name, version, place }) => {
    const isOld = !isAtLeast(version, range.from)
    if (name !== 'python' || (!isOld && isAtLeast(range.to, minorOf(version)))) return []
    const wanted = [`${range.from} – ${range.to}`]
    return [{ part: 'Python', version, place, other: 'pyspark', otherVersion: pyspark.version, wanted, breaks: isOld }]
  })
}

/** Prefect 3 and 2 do not speak with each other; an MLflow client of another major version may. */
function clients(facts: Facts, pins: readonly Pin[]): readonly VersionMismatch[] {
  return pins.flatMap(({ name, version, place }) => {
    if (name !== 'prefect' && name !== 'mlflow') return []
    const server = serverVersion(facts, name)
    if (!server || majorOf(server.version) === majorOf(version)) return []
    const wanted = [majorOf(server.version)]
    return [
      {
        part: name,
        version,
        place,
        other: `${server.part}, ${server.place}`,
        otherVersion: server.version,
        wanted,
        breaks: name === 'prefect',
      },
    ]
  })
}

function serverVersion(facts: Facts, role: 'prefect' | 'mlflow'): Part | undefined {
  const part = role === 'prefect' ? 'Prefect' : 'MLflow'
  const running = facts.servers?.find(server => server.role === role && server.version !== null)
  if (running?.version) return { part, version: running.version, place: running.service }
  const defined = activeServices(facts).find(service => roleOf(service) === role)
  const image = defined?.image ?? ''
  const tag = repositoryOf(image).endsWith(`/${role}`) ? tagOf(image) : undefined
  return tag !== undefined && /^v?\d+(?:[.-]|$)/.test(tag)
    ? { part, version: tag.replace(/^v/, ''), place: defined?.name ?? '' }
    : undefined
}
