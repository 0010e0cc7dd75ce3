import { join } from 'node:path'
import type { SparkRuntime } from '#runtime/sparkRuntime.ts'
import { httpRecipe, type LaunchInput, type Recipe, type ServiceLaunch } from './recipe.ts'

/** Without it s3proxy logs at DEBUG, megabytes a minute. */
const logback = `<configuration>
  <appender name="console" class="ch.qos.logback.core.ConsoleAppender">
    <encoder><pattern>%d{yyyy-MM-dd'T'HH:mm:ss.SSS} %-5level %logger{20} %msg%n</pattern></encoder>
  </appender>
  <root level="WARN"><appender-ref ref="console"/></root>
</configuration>
`

/** A listing holds the names of the whole folder. Without memory it would never answer again, nor end: so it ends, and is seen to. */
const heap = ['-Xmx512m', '-XX:+ExitOnOutOfMemoryError']

/** The object store: s3proxy on a folder of plain files. */
export const s3proxy: Recipe = {
  ...httpRecipe('/'),
  ports: { main: { container: 9000, usual: 9000 } },
  startMs: 60_000,
  stopMs: 5000,
  data: ['data'],
  install: async context => {
    const runtime = await context.spark()
    return { launch: input => launchS3proxy(runtime, input) }
  },
}

export function launchS3proxy(runtime: SparkRuntime, { secrets, folder, ports }: LaunchInput): ServiceLaunch {
  const properties = join(folder, 's3proxy.properties')
  const logging = join(folder, 'logback.xml')
  const jvm = [...heap, '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:-UsePerfData', `-Dlogback.configurationFile=${logging}`]
  return {
    command: runtime.java,
    args: [...jvm, '-cp', join(runtime.s3proxyJars, '*'), 'org.gaul.s3proxy.Main', '--properties', properties],
    env: {},
    files: {
      [logging]: logback,
      [properties]: propertyFile({
        's3proxy.endpoint': `http://127.0.0.1:${ports.main}`,
        's3proxy.authorization': 'aws-v2-or-v4',
        's3proxy.identity': secrets.s3.accessKeyId,
        's3proxy.credential': secrets.s3.secretAccessKey,
        's3proxy.ignore-unknown-headers': 'true',
        's3proxy.jetty.max-threads': '64',
        'jclouds.provider': 'filesystem-nio2',
        'jclouds.filesystem.basedir': join(folder, 'data'),
      }),
    },
    folders: [join(folder, 'data')],
  }
}

/** A Java properties file; what the format would take for something else, in paths and secrets, is escaped. */
export function propertyFile(properties: Readonly<Record<string, string>>): string {
  return Object.entries(properties)
    .map(([key, value]) => `${key}=${value.replaceAll(/\\|^ |[^ -~]/g, escapeCharacter)}\n`)
    .join('')
}

function escapeCharacter(text: string): string {
  if (text === '\\' || text === ' ') return `\\${text}`
  return `\\u${text.charCodeAt(0).toString(16).padStart(4, '0')}`
}
