import { join } from 'node:path'
import type { SparkRuntime } from '#runtime/sparkRuntime.ts'
import type { LaunchInput, Recipe, ServiceLaunch, ServicePorts } from './recipe.ts'
import { workerOffer } from './sparkCluster.ts'
import { clusterSecurity, compilerOptions, launchSpark, loggingOf, s3Settings, sparkClassPath } from './sparkJvm.ts'

const executorMegabytes = 1024

const address = ({ main }: ServicePorts): string => `sc://127.0.0.1:${main}`

/** Spark Connect with Delta; on the cluster of the stack where that runs, else with the work in its own process. */
export const sparkConnect: Recipe = {
  ports: { main: { container: 15_002, usual: 15_002 }, ui: { container: 4040, usual: 4040 } },
  needs: ['s3'],
  mayUse: ['spark-master'],
  mentions: [],
  canScale: false,
  isForgetful: false,
  url: address,
  address,
  probe: ({ main }) => ({ kind: 'grpc', port: main }),
  startMs: 180_000,
  stopMs: 20_000,
  stale: ['metastore/*.lck', 'scratch'],
  data: ['metastore'],
  install: async context => {
    const runtime = await context.spark()
    return { launch: input => launchConnect(runtime, input), python: runtime.python }
  },
}

export function launchConnect(runtime: SparkRuntime, input: LaunchInput): ServiceLaunch {
  const master = input.addresses['spark-master']
  const cluster = master === undefined ? undefined : clusterSecurity(input.clusterSecret)
  return launchSpark(runtime, input, {
    mainClass: 'org.apache.spark.sql.connect.service.SparkConnectServer',
    args: [],
    heap: '1g',
    settings: {
      'spark.master': master ?? 'local[*]',
      ...sparkSettings(input),
      ...(cluster ? { ...cluster.settings, ...executorSettings(runtime, input) } : {}),
    },
    ...(cluster ? { secretSettings: cluster.secretSettings ?? {} } : {}),
    env: { SPARK_CONNECT_AUTHENTICATE_TOKEN: input.secrets.sparkToken },
  })
}

/** A laptop, not a cluster: partition counts and parallelism are small; sessions and running cells outlive a closed window. */
function sparkSettings({ folder, ports, addresses }: LaunchInput): Record<string, string> {
  const scratch = join(folder, 'scratch')
  return {
    'spark.app.name': 'DataFlow Lab',
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
    ...s3Settings(addresses.s3 ?? ''),
  }
}

/** One executor a worker, and none that a worker has no room for: statements would wait for it without end. */
function executorSettings(runtime: SparkRuntime, { folder, definitions }: LaunchInput): Record<string, string> {
  const room = megabytes(workerOffer(definitions.get('spark-worker')?.environment).memory)
  const options = [...compilerOptions, `-Dlog4j2.configurationFile=${loggingOf(folder)}`]
  return {
    'spark.executor.memory': `${Math.min(executorMegabytes, room)}m`,
    'spark.executor.extraClassPath': sparkClassPath(runtime),
    'spark.executor.extraJavaOptions': options.map(option => `"${option}"`).join(' '),
  }
}

/** An amount of memory as Spark reads it, a number alone being megabytes; what it would refuse is taken as enough. */
function megabytes(memory: string): number {
  const [, amount, unit = 'm'] = /^(\d+)([kmgt])?b?$/i.exec(memory.trim()) ?? []
  const units: Readonly<Record<string, number>> = { k: 1 / 1024, m: 1, g: 1024, t: 1024 ** 2 }
  return amount === undefined ? executorMegabytes : Math.floor(Number(amount) * (units[unit.toLowerCase()] ?? 1))
}
