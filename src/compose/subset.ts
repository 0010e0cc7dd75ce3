import type { MapTree, Problems } from './tree.ts'

/** What of a compose file is understood here; keys that begin with `x-` are allowed everywhere and mean nothing. */
export const supportedKeys = {
  file: ['version', 'name', 'services', 'networks', 'volumes'],
  service: [
    'image',
    'build',
    'command',
    'entrypoint',
    'environment',
    'env_file',
    'ports',
    'volumes',
    'networks',
    'depends_on',
    'healthcheck',
    'restart',
    'init',
    'user',
    'working_dir',
    'hostname',
    'container_name',
    'stop_grace_period',
    'labels',
    'profiles',
    'scale',
    'deploy',
    'mem_limit',
    'cpus',
    'shm_size',
    'pids_limit',
    'tmpfs',
    'read_only',
    'extra_hosts',
  ],
  build: ['context', 'dockerfile', 'args', 'target'],
  deploy: ['mode', 'replicas', 'resources'],
  resources: ['limits'],
  limits: ['cpus', 'memory', 'pids'],
  healthcheck: ['test', 'interval', 'timeout', 'retries', 'start_period', 'disable'],
  dependency: ['condition', 'required', 'restart'],
  endpoint: ['aliases'],
  network: ['name', 'external', 'driver'],
  volume: ['name', 'external', 'driver'],
  mount: ['type', 'source', 'target', 'read_only', 'bind', 'volume'],
  bind: ['create_host_path'],
  volumeOptions: [],
  // `mode` matters to Swarm alone; `name` and `app_protocol` are notes for people and proxies.
  port: ['target', 'published', 'host_ip', 'protocol', 'mode', 'name', 'app_protocol'],
  envFile: ['path', 'required'],
} as const satisfies Readonly<Record<string, readonly string[]>>

/** Reports each key of the map that is not in the subset, with the reason and what to do. */
export function refuseOthers(map: MapTree, part: keyof typeof supportedKeys, problems: Problems): void {
  const supported: readonly string[] = supportedKeys[part]
  for (const [key, entry] of map.entries) {
    if (!supported.includes(key) && !key.startsWith('x-')) problems.error(entry.key, `${key} is not supported: ${adviceFor(part, key)}`)
  }
}

function adviceFor(part: keyof typeof supportedKeys, key: string): string {
  const known = Object.hasOwn(advice, `${part}.${key}`) ? advice[`${part}.${key}`] : undefined
  return known ?? 'DataFlow Lab does not start services with it. Remove it, or run this file with docker compose itself.'
}

const advice: Readonly<Record<string, string>> = {
  'file.include': 'only one file and its override are read. Copy the services here.',
  'file.secrets': 'put secret values into .env and name them in environment as ${NAME}.',
  'file.configs': 'mount the file under volumes as ./file:/path:ro.',
  'file.models': 'models are no services here. Remove the section.',
  'service.secrets': 'put secret values into .env and name them in environment as ${NAME}.',
  'service.configs': 'mount the file under volumes as ./file:/path:ro.',
  'service.extends': 'copy the keys, or share them by a YAML anchor and <<.',
  'service.expose': 'services of one network reach every port of each other without it. Remove it.',
  'service.links': 'services of one network know each other by name. Remove it; use depends_on for the order.',
  'service.external_links': 'join the network of the other stack as an external one.',
  'service.network_mode': 'join networks by name instead, and publish ports under ports.',
  'service.volumes_from': 'list the mounts under volumes of both services.',
  'service.privileged': 'services of a lakehouse run without rights over the machine. Remove it.',
  'service.pull_policy': 'an image is pulled when it is missing. Remove it.',
  'service.logging': 'logs are read from the engine as they are. Remove it.',
  'service.platform': 'the engine picks the image for its machine. Remove it.',
  'service.stop_signal': 'services are stopped by the signal that their image names. Remove it.',
  'service.label_file': 'write the labels under labels.',
  'service.mem_reservation': 'only limits are set. Use mem_limit.',
  'service.gpus': 'GPUs are not handed to services yet. Remove it.',
  'service.devices': 'devices are not handed to services. Remove it.',
  'service.provider': 'every service is a container. Start this one outside and connect to it.',
  'build.dockerfile_inline': 'write it into a Dockerfile and name that under dockerfile.',
  'deploy.restart_policy': 'use restart of the service.',
  'deploy.labels': 'use labels of the service.',
  'resources.reservations': 'only limits are set. Use deploy.resources.limits or mem_limit and cpus.',
  'healthcheck.start_interval': 'older engines refuse it. Use a short interval and more retries.',
  'endpoint.ipv4_address': 'addresses are given by the engine. Use the name of the service.',
  'network.ipam': 'addresses are given by the engine. Remove it.',
  'network.internal': 'ports of such a network cannot be published. Remove it.',
  'volume.driver_opts': 'volumes lie where the engine keeps them. Mount a folder as ./folder:/path instead.',
  'volumeOptions.nocopy': 'a new volume gets what the image has there. Remove it.',
  'bind.propagation': 'remove it; mounts are private.',
  'envFile.format': 'the file is read as docker compose reads .env. Remove it.',
}
