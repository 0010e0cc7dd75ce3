import { join } from 'node:path'
import type { SparkRuntime } from '#runtime/sparkRuntime.ts'
import type { ComposeService } from '#compose/project.ts'
import { ensureExecutorJava } from '#runtime/executorJava.ts'
import { httpRecipe, type LaunchInput, type Recipe, type ServiceLaunch } from './recipe.ts'
import { clusterSecurity, launchSpark } from './sparkJvm.ts'

const daemonHeap = '512m'

const usualOffer = { cores: '2', memory: '2g' }

/** What a worker gives to executors: what its definition says, as it is said to Spark's own containers. */
export function workerOffer(environment: ComposeService['environment'] = {}): typeof usualOffer {
  const { SPARK_WORKER_CORES: cores, SPARK_WORKER_MEMORY: memory } = environment
  return { cores: cores || usualOffer.cores, memory: memory || usualOffer.memory }
}

const common = {
  ...httpRecipe('/json/'),
  startMs: 120_000,
  stopMs: 10_000,
  stale: ['scratch'],
  data: [],
  obstacle: async () => (process.platform === 'win32' ? 'A Spark cluster needs Docker on Windows; Spark itself runs without one.' : null),
}

/** The master of Spark's own cluster manager. */
export const sparkMaster: Recipe = {
  ...common,
  ports: { main: { container: 8080, usual: 8080 }, rpc: { container: 7077, usual: 7077 } },
  isForgetful: true,
  address: ({ rpc }) => `spark://127.0.0.1:${rpc}`,
  install: async context => {
    const runtime = await context.spark()
    return { launch: input => launchMaster(runtime, input), python: runtime.python }
  },
}

/** Runs executors for whoever asks the master. */
export const sparkWorker: Recipe = {
  ...common,
  ports: { main: { container: 8081, usual: 8081 } },
  needs: ['spark-master'],
  canScale: true,
  install: async (context, signal) => {
    const runtime = await context.spark()
    const executorJava = await ensureExecutorJava(runtime.java, context, signal)
    return { launch: input => launchWorker(runtime, executorJava, input), python: runtime.python }
  },
}

export function launchMaster(runtime: SparkRuntime, input: LaunchInput): ServiceLaunch {
  const security = clusterSecurity(input.clusterSecret)
  return launchSpark(runtime, input, {
    mainClass: 'org.apache.spark.deploy.master.Master',
    args: ['--host', '127.0.0.1', '--port', String(input.ports['rpc']), '--webui-port', String(input.ports.main)],
    heap: daemonHeap,
    ...security,
    // Its REST server runs programs without asking who sends them, on one port of the machine: a second master would fail.
    settings: { ...security.settings, 'spark.master.rest.enabled': 'false' },
  })
}

/** @param executorJava the Java home of what it starts */
export function launchWorker(runtime: SparkRuntime, executorJava: string, input: LaunchInput): ServiceLaunch {
  const { cores, memory } = workerOffer(input.service.environment)
  const place = ['--host', '127.0.0.1', '--webui-port', String(input.ports.main), '--work-dir', join(input.folder, 'scratch', 'work')]
  return launchSpark(runtime, input, {
    mainClass: 'org.apache.spark.deploy.worker.Worker',
    args: [...place, '--cores', cores, '--memory', memory, input.addresses['spark-master'] ?? ''],
    heap: daemonHeap,
    env: { JAVA_HOME: executorJava },
    ...clusterSecurity(input.clusterSecret),
  })
}
