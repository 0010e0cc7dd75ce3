import { delimiter, join } from 'node:path'
import type { SparkRuntime } from '#runtime/sparkRuntime.ts'
import { stackRegion } from '#stack/roles.ts'
import type { LaunchInput, ServiceLaunch } from './recipe.ts'

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

/** One compiler tier alone reserves 48 MB, which Spark's generated code fills in minutes. */
export const compilerOptions: readonly string[] = ['-XX:TieredStopAtLevel=1', '-XX:ReservedCodeCacheSize=240m', '-XX:-UsePerfData']

/** A server of Spark. */
export interface SparkProgram {
  readonly mainClass: string
  readonly args: readonly string[]
  /** As Java writes it: `1g`. */
  readonly heap: string
  readonly settings: Readonly<Record<string, string>>
  /** Settings that Spark takes from nowhere but its configuration, and that others must not see. */
  readonly secretSettings?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
}

/**
 * A server of Spark as one Java process. Not by bin/spark-submit: that needs bash and a module that the JRE lacks, and makes two
 * processes.
 */
export function launchSpark(runtime: SparkRuntime, { folder, secrets }: LaunchInput, program: SparkProgram): ServiceLaunch {
  const logging = loggingOf(folder)
  const scratch = join(folder, 'scratch')
  const common = {
    'log4j2.configurationFile': logging,
    'java.io.tmpdir': scratch,
    'spark.local.dir': scratch,
    'spark.port.maxRetries': '0',
  }
  const classPath = [join(runtime.sparkHome, 'jars', '*'), sparkClassPath(runtime)].join(delimiter)
  const settings = definitions({ ...common, ...program.settings })
  const hidden = hiddenOptions(folder, program.secretSettings)
  return {
    command: runtime.java,
    args: [...hidden.args, ...jvmOptions(program.heap), '-cp', classPath, ...settings, program.mainClass, ...program.args],
    env: {
      SPARK_HOME: runtime.sparkHome,
      // Spark's scripts, which are not used here, say it to those that start executors.
      SPARK_SCALA_VERSION: '2.13',
      SPARK_LOCAL_IP: '127.0.0.1',
      PYSPARK_PYTHON: runtime.python,
      AWS_ACCESS_KEY_ID: secrets.s3.accessKeyId,
      AWS_SECRET_ACCESS_KEY: secrets.s3.secretAccessKey,
      ...program.env,
    },
    files: { [logging]: log4j2, ...hidden.files },
    folders: [scratch],
  }
}

/** Where the logging of a server in this folder is configured. */
export function loggingOf(folder: string): string {
  return join(folder, 'log4j2.properties')
}

/** Delta and S3, beside Spark's own jars. */
export function sparkClassPath({ sparkJars }: SparkRuntime): string {
  return join(sparkJars, '*')
}

/** Whoever may speak to a master may run programs as its user, so its port alone must not be enough. */
export function clusterSecurity(secret: string): Pick<SparkProgram, 'settings' | 'secretSettings'> {
  return { settings: { 'spark.authenticate': 'true' }, secretSettings: { 'spark.authenticate.secret': secret } }
}

/** How Spark reaches the object store; the keys come by environment. */
export function s3Settings(endpoint: string): Record<string, string> {
  return {
    'spark.hadoop.fs.s3a.endpoint': endpoint,
    'spark.hadoop.fs.s3a.endpoint.region': stackRegion,
    'spark.hadoop.fs.s3a.path.style.access': 'true',
    'spark.hadoop.fs.s3a.connection.ssl.enabled': 'false',
    'spark.hadoop.fs.s3a.aws.credentials.provider': 'software.amazon.awssdk.auth.credentials.EnvironmentVariableCredentialsProvider',
  }
}

/** Java reads options of a file that only its owner may read, so that they are not among the arguments. */
function hiddenOptions(folder: string, settings: SparkProgram['secretSettings']): Pick<ServiceLaunch, 'args' | 'files'> {
  if (!settings) return { args: [], files: {} }
  const file = join(folder, 'java.args')
  return { args: [`@${file}`], files: { [file]: definitions(settings).join('\n') } }
}

function jvmOptions(heap: string): string[] {
  return [
    `-Xmx${heap}`,
    ...compilerOptions,
    '-XX:+IgnoreUnrecognizedVMOptions',
    ...opened.map(name => `--add-opens=java.base/${name}=ALL-UNNAMED`),
    '--add-opens=java.security.jgss/sun.security.krb5=ALL-UNNAMED',
    '-Djdk.reflect.useDirectMethodHandle=false',
    '-Dio.netty.tryReflectionSetAccessible=true',
    '--enable-native-access=ALL-UNNAMED',
  ]
}

function definitions(settings: Readonly<Record<string, string>>): string[] {
  return Object.entries(settings).map(([key, value]) => `-D${key}=${value}`)
}
