import { delimiter, join } from 'node:path'
import { stackRegion } from '#stack/roles.ts'
import type { LaunchInput, ServiceSpec } from './spec.ts'

const opened = [
  'java.lang',
  'java.lang.invoke',
  'java.lang.reflect',
  'java.io',
  'java.net',
  'java.nio',
  'java.util',
  'java.util.concurrent',
  'java.util.concurrent.atomic',
  'jdk.internal.ref',
  'sun.nio.ch',
  'sun.nio.cs',
  'sun.security.action',
  'sun.util.calendar',
]

const log4j2 = `rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{yyyy-MM-dd'T'HH:mm:ss.SSS} %p %c{1}: %m%n%ex
`

/**
 * Spark Connect with Delta, as one Java process. Not by bin/spark-submit: that needs bash and a module that the JRE lacks, and
 * makes two processes.
 */
export const sparkConnect: ServiceSpec = {
  name: 'spark-connect',
  role: 'spark-connect',
  needs: ['s3'],
  preferredPorts: { main: 15_002, ui: 4040 },
  url: ({ main }) => `sc://127.0.0.1:${main}`,
  probe: ({ main }) => ({ kind: 'grpc', port: main }),
  startMs: 180_000,
  stopMs: 20_000,
  stale: ['metastore/*.lck', 'scratch'],
  launch: input => {
    const { runtime, secrets, folder } = input
    const logging = join(folder, 'log4j2.properties')
    const scratch = join(folder, 'scratch')
    const settings = { 'log4j2.configurationFile': logging, 'java.io.tmpdir': scratch, ...sparkSettings(input) }
    const classPath = [join(runtime.sparkHome, 'jars', '*'), join(runtime.sparkJars, '*')].join(delimiter)
    return {
      command: runtime.java,
      args: [...jvmOptions(), '-cp', classPath, ...definitions(settings), 'org.apache.spark.sql.connect.service.SparkConnectServer'],
      env: {
        SPARK_HOME: runtime.sparkHome,
        SPARK_LOCAL_IP: '127.0.0.1',
        PYSPARK_PYTHON: runtime.python,
        SPARK_CONNECT_AUTHENTICATE_TOKEN: secrets.sparkToken,
        AWS_ACCESS_KEY_ID: secrets.s3.accessKeyId,
        AWS_SECRET_ACCESS_KEY: secrets.s3.secretAccessKey,
      },
      files: { [logging]: log4j2 },
      folders: [scratch],
    }
  },
}

function jvmOptions(): string[] {
  return [
    '-Xmx1g',
    '-XX:TieredStopAtLevel=1',
    // One tier alone reserves 48 MB, which Spark's generated code fills in minutes.
    '-XX:ReservedCodeCacheSize=240m',
    '-XX:-UsePerfData',
    '-XX:+IgnoreUnrecognizedVMOptions',
    ...opened.map(name => `--add-opens=java.base/${name}=ALL-UNNAMED`),
    '--add-opens=java.security.jgss/sun.security.krb5=ALL-UNNAMED',
    '-Djdk.reflect.useDirectMethodHandle=false',
    '-Dio.netty.tryReflectionSetAccessible=true',
    '--enable-native-access=ALL-UNNAMED',
  ]
}

/** A laptop, not a cluster: partition counts and parallelism are small; sessions and running cells outlive a closed window. */
function sparkSettings({ folder, ports, urls }: LaunchInput): Record<string, string> {
  const scratch = join(folder, 'scratch')
  return {
    'spark.master': 'local[*]',
    'spark.app.name': 'DataFlow Lab',
    'spark.local.dir': scratch,
    'spark.port.maxRetries': '0',
    'spark.driver.host': '127.0.0.1',
    'spark.driver.bindAddress': '127.0.0.1',
    'spark.ui.port': String(ports['ui']),
    'spark.connect.grpc.binding.address': '127.0.0.1',
    'spark.connect.grpc.binding.port': String(ports.main),
    'spark.connect.progress.reportInterval': '500ms',
    'spark.connect.execute.manager.detachedTimeout': '24h',
    'spark.connect.session.manager.defaultSessionTimeout': '24h',
    'spark.sql.extensions': 'io.delta.sql.DeltaSparkSessionExtension',
    'spark.sql.catalog.spark_catalog': 'org.apache.spark.sql.delta.catalog.DeltaCatalog',
    'spark.sql.catalogImplementation': 'hive',
    'spark.sql.warehouse.dir': 's3a://gold/warehouse',
    'spark.sql.sources.default': 'delta',
    'spark.sql.sources.parallelPartitionDiscovery.parallelism': '4',
    'spark.sql.shuffle.partitions': '4',
    'spark.sql.session.timeZone': 'UTC',
    'spark.databricks.delta.snapshotPartitions': '2',
    'spark.hadoop.javax.jdo.option.ConnectionURL': `jdbc:derby:${join(folder, 'metastore')};create=true`,
    'spark.hadoop.hive.exec.scratchdir': join(scratch, 'hive'),
    'spark.hadoop.hive.exec.local.scratchdir': join(scratch, 'hive-local'),
    'derby.stream.error.file': join(scratch, 'derby.log'),
    ...s3Settings(urls['s3'] ?? ''),
  }
}

function s3Settings(endpoint: string): Record<string, string> {
  return {
    'spark.hadoop.fs.s3a.endpoint': endpoint,
    'spark.hadoop.fs.s3a.endpoint.region': stackRegion,
    'spark.hadoop.fs.s3a.path.style.access': 'true',
    'spark.hadoop.fs.s3a.connection.ssl.enabled': 'false',
    'spark.hadoop.fs.s3a.aws.credentials.provider': 'software.amazon.awssdk.auth.credentials.EnvironmentVariableCredentialsProvider',
  }
}

function definitions(settings: Readonly<Record<string, string>>): string[] {
  return Object.entries(settings).map(([key, value]) => `-D${key}=${value}`)
}
