import { unreachable } from '#base/unreachable.ts'
import type { DiskUse, FindingFacts, PortHolder } from '#doctor/finding.ts'
import { anyOf } from '#doctor/versions.ts'
import { triedText, type Language } from './wording.ts'

export const english: Language = {
  findings: {
    engineDenied: ({ address, group }) => ({
      title: 'You may not use the container engine.',
      evidence: `Access to ${address} is denied${group === null ? '' : `; it belongs to the group ${group}`}.`,
      explanation: 'A container engine runs, but only members of its group may speak to it.',
      steps:
        group === null
          ? ['Ask the administrator of this machine for access to the socket.']
          : [`Run: sudo usermod -aG ${group} "$USER"`, 'Log out and in again, or restart the machine, so that the new group counts.'],
    }),
    engineUnreachable: ({ tried, isWanted }) => ({
      title: 'No container engine answers.',
      evidence: tried.length === 0 ? 'No engine was found.' : tried.map(triedText).join(' '),
      explanation: isWanted
        ? 'The stack of this folder is to run in containers.'
        : 'The services of the compose file run as plain processes instead, where their programs are known.',
      steps: ['To use containers, start Docker Desktop, Colima, Podman or the Docker service (sudo systemctl start docker).'],
    }),
    engineOld: ({ version, oldest }) => ({
      title: 'The container engine is old.',
      evidence: `It is version ${version}.`,
      explanation: `The stack was tried from version ${oldest} on; older engines may misunderstand what they are told.`,
      steps: ['Update Docker.'],
    }),
    memoryLow: ({ bytes, wanted, where }) => ({
      title: where === 'machine' ? 'This machine has little memory.' : 'The container engine has little memory.',
      evidence: `${gigabytes(bytes)} of ${gigabytes(wanted)} recommended.`,
      explanation: 'Spark alone takes some 2 GB. When memory runs out, services are ended without a word of their own.',
      steps:
        where === 'machine'
          ? ['Close other programs, or start only the services that you need.']
          : ['Give the engine more memory: in Docker Desktop under Settings, Resources; with Colima: colima start --memory 8.'],
    }),
    diskLow: ({ folder, free, wanted, what }) => ({
      title: `Little disk space is left for ${diskUse[what]}.`,
      evidence: `${gigabytes(free)} free at ${folder}; ${gigabytes(wanted)} recommended.`,
      explanation: 'Images, environments and tables need room. On a full disk tables are damaged and services stop.',
      steps:
        what === 'engine'
          ? ['Remove what is not used: docker system prune', 'Or give the engine a larger disk.']
          : ['Make room on this disk.'],
    }),
    fileLimit: ({ limit, wanted }) => ({
      title: 'Programs may open few files here.',
      evidence: `The limit is ${limit}; ${wanted} are wanted.`,
      explanation: 'Spark and the object store open a file for each part of a table and a socket for each request.',
      steps: ['Raise the hard limit of open files (nofile in /etc/security/limits.conf, or ulimit -Hn), then start again.'],
    }),
    portTaken: ({ port, service, holder, moves }) => ({
      title: `Port ${port} is taken.`,
      evidence: `${service} wants it, and ${holderText(holder)}.`,
      explanation: moves
        ? 'The service takes another port when it starts; addresses that you have noted elsewhere do not lead to it.'
        : 'The service cannot start.',
      steps: [...freeing(holder), ...(moves ? [] : [`Or give ${service} another port on this machine.`])],
    }),
    roleUnknown: ({ service, role }) => ({
      title: `${service} is not known as ${role}.`,
      evidence: `Its image and command are those of ${role}, but neither its name nor a label says so.`,
      explanation: `DataFlow Lab connects to a service by its role. The label dataflow.role: ${role} tells it.`,
    }),
    containerNameOnHost: ({ place, address, better }) => ({
      title: 'A name of containers is used on this machine.',
      evidence: `${place} has ${address}.`,
      explanation: 'Names of services lead somewhere only between containers. This machine reaches them at the ports that they publish.',
      steps: [better === '' ? 'Publish the port in the compose file and use it with localhost.' : `Write ${better} instead.`],
    }),
    localhostInContainer: ({ service, variable, address, better }) => ({
      title: `${service} looks for another service inside itself.`,
      evidence: `${variable} is ${address}.`,
      explanation: `In a container, localhost is the container. From there the other service is ${better}.`,
    }),
    clockSkew: ({ service, seconds }) => ({
      title: `The clock of ${service} is wrong, or this machine's is.`,
      evidence: `They differ by ${duration(seconds)}; ${service} is ${seconds > 0 ? 'ahead' : 'behind'}.`,
      explanation: 'S3 refuses signed requests from 15 minutes on, and times of table versions mislead.',
      steps: [
        'Set the clock, or let it be set: timedatectl set-ntp true.',
        'With a virtual machine (Docker Desktop, Colima, WSL), restart it: its clock stops while the computer sleeps.',
      ],
    }),
    imageGone: ({ service, image, better }) => ({
      title: `The image of ${service} cannot be pulled any more.`,
      evidence: `${image} has left its registry.`,
      explanation:
        better === ''
          ? 'A machine that has the image still runs it; every other one fails.'
          : `${better} takes its place.${better.startsWith('quay.io/minio/') ? ' It is the same image and keeps its data, but gets no security updates any more; RustFS is maintained and needs a copy of the buckets.' : ''}`,
      steps: better === '' ? ['Replace the image by one that is maintained.'] : [],
    }),
    imageUnpinned: ({ images }) => ({
      title: 'Images may be others tomorrow.',
      evidence: `${imageList(images)}.`,
      explanation: 'A moving tag is pulled anew on another day or machine, and may bring another version.',
      steps: ['Name a version, best with its digest: image:tag@sha256:…'],
    }),
    imageAbsent: ({ images, registry, why }) => ({
      title: `Images are not here, and ${registry} does not answer.`,
      evidence: `${imageList(images)}; ${registry}: ${why}.`,
      explanation: 'Their services start once the images were pulled.',
      steps: [
        'Check the network and the proxy of the container engine.',
        'Or run the services as plain processes: dataflow.stack.engine = local.',
      ],
    }),
    airbyteRetired: ({ services }) => ({
      title: 'Airbyte is no compose service any more.',
      evidence: `Services with its images: ${services.join(', ')}.`,
      explanation:
        'Since 2024 its platform runs on Kubernetes only (abctl), and these images never formed a working one. Connectors run without it. The change takes the services out of the stack and leaves them in the file.',
    }),
    versionsMismatch: ({ part, version, place, other, otherVersion, wanted, breaks }) => ({
      title: `${part} ${version} does not fit ${other} ${otherVersion}.`,
      evidence: `${place} has ${version}.`,
      explanation: breaks ? 'They do not work together.' : 'What one of them has may be missing in the other.',
      steps: [`Use ${part} ${anyOf(wanted, 'or')}.`],
    }),
    connectMissing: ({ service, better }) => ({
      title: 'Spark has no Connect server.',
      evidence: `${service} is there, but no service publishes port 15002.`,
      explanation: `Notebooks and SQL reach Spark through Spark Connect. The change adds a service ${better} that runs on this cluster. Its first start fetches jars.`,
    }),
    bucketsMissing: ({ buckets, endpoint }) => ({
      title: 'Buckets are missing.',
      evidence: `${endpoint} has no ${anyOf(buckets, 'and no')}.`,
      explanation: 'Layers of the lake and artifacts of MLflow are written into them.',
    }),
    mlflowHosts: ({ service, host, seen }) => ({
      title: 'MLflow refuses calls of other services.',
      evidence: seen === 'answer' ? `${service} answered 403 to the host name ${host}.` : `Its allowed hosts do not include ${host}.`,
      explanation: 'From version 3.5 on the server answers only to host names that it was told.',
      steps: [`Add ${host} to --allowed-hosts (or MLFLOW_SERVER_ALLOWED_HOSTS) of ${service}.`],
    }),
    mlflowFileStore: ({ service, store, isRefused }) => ({
      title: isRefused ? 'MLflow does not start with a folder as its store.' : 'MLflow keeps runs in a folder.',
      evidence: `The store of ${service} is ${store}.`,
      explanation: 'From version 3.13 on a folder is refused. A database takes its place.',
      steps: [
        'Move the runs: mlflow migrate-filestore --source FOLDER --target sqlite:///mlflow.db',
        'Then start the server with --backend-store-uri sqlite:////path/mlflow.db.',
      ],
    }),
    mlflowNoEndpoint: ({ service, root }) => ({
      title: 'MLflow looks for its artifacts at AWS.',
      evidence: `${service} stores at ${root}, and MLFLOW_S3_ENDPOINT_URL is not set.`,
      explanation: 'Without it the bucket is looked for at Amazon, not in the object store of this stack.',
    }),
    mlflowNotProxied: ({ service, root }) => ({
      title: 'Clients of MLflow must reach the object store themselves.',
      evidence: `${service} has --default-artifact-root ${root}.`,
      explanation:
        'Every client then needs keys and an address of its own. With --artifacts-destination the server passes artifacts on. Runs that are there keep their place.',
    }),
    initMissing: ({ service }) => ({
      title: `${service} leaves processes behind.`,
      evidence: 'It runs without init.',
      explanation: 'MLflow starts processes that nobody ends when it does; init takes care of them, and makes stopping quick.',
    }),
    prefectApiUrl: ({ place, value, trouble, better }) => ({
      title: 'Flows do not find Prefect.',
      evidence: value === null || value === '' ? `${place} is not set.` : `${place} is ${value}.`,
      explanation: {
        missing: 'Without an address each program starts a server of its own, and its runs are not seen.',
        wildcard: '0.0.0.0 is where a server listens, not an address to call.',
        noApi: 'The address of the server ends in /api.',
      }[trouble],
      steps: [`Use ${better}.`],
    }),
    proxyCatchesLocal: ({ variable, missing }) => ({
      title: 'The proxy also gets what is meant for this machine.',
      evidence: `${variable} is set, and NO_PROXY lacks ${missing.join(', ')}.`,
      explanation: 'Programs then ask the proxy for the services of the stack, which it cannot reach.',
      steps: [`Add ${missing.join(',')} to NO_PROXY.`],
    }),
    caFileMissing: ({ variable, file }) => ({
      title: 'A file of certificates is missing.',
      evidence: `${variable} names ${file}.`,
      explanation: 'Programs that count on it cannot verify what they download from.',
      steps: [`Correct ${variable}, or put the file there.`],
    }),
    caUnknownToJava: ({ file, subjects }) => ({
      title: 'Java does not trust a certificate that other programs do.',
      evidence: `${file} holds ${subjects.join('; ')}.`,
      explanation: 'Behind a proxy that opens TLS, jars for Spark cannot be fetched.',
      steps: [`Set NODE_EXTRA_CA_CERTS to ${file}, or to one file with all certificates; Java is given the same.`],
    }),
    weakPassword: ({ variables }) => ({
      title: 'Passwords are the usual ones.',
      evidence: `Known to everybody: ${variables.map(({ service, variable, line }) => `${service}: ${variable} (line ${line})`).join(', ')}.`,
      explanation:
        'The change takes them from .env, where each gets a random value. Programs that have the old ones noted need the new ones. Keep .env out of version control.',
    }),
    publishedToAll: ({ ports }) => ({
      title: 'Everybody in your network can reach the services.',
      evidence: `Published on every address: ${ports.map(({ service, port }) => `${service} ${port}`).join(', ')}.`,
      explanation: 'These services trust whoever reaches them. On 127.0.0.1 only this machine does.',
    }),
    healthMissing: ({ service, dependants, isRequired }) => ({
      title: `Nobody can tell when ${service} is ready.`,
      evidence: `${dependants.join(', ')} ${dependants.length === 1 ? 'depends' : 'depend'} on it${isRequired ? ' being healthy' : ''}, and it has no health check.`,
      explanation: isRequired
        ? 'Unless its image brings a check, they are never started.'
        : 'They start when its container does, which is too early.',
      steps: [`Give ${service} a healthcheck.`],
    }),
    startInterval: ({ service, version }) => ({
      title: `${service} has a health check that older engines refuse.`,
      evidence: `It uses start_interval${version === '' ? '' : `; this engine is ${version}`}.`,
      explanation: 'Engines before 25 refuse the file. A short interval with more retries does the same.',
    }),
    composeInvalid: ({ file, line, message }) => ({
      title: message,
      evidence: `${file}, line ${line}.`,
      explanation: 'The stack runs a stated part of the compose format, and leaves nothing out in silence.',
      steps: ['Change the line, or run the file with docker compose itself.'],
    }),
    pythonMissing: ({ message, hint }) => ({
      title: 'The services cannot be installed.',
      evidence: message,
      explanation: 'Spark, MLflow, Prefect and Streamlit are Python programs.',
      steps: [hint],
    }),
    xattrMissing: ({ folder, fileSystem }) => ({
      title: 'The data folder keeps no attributes of files.',
      evidence: `${folder} is on ${fileSystem}, which refuses extended attributes.`,
      explanation: 'The object store keeps types and check sums of objects in them.',
      steps: ['Set DATAFLOW_HOME to a folder on another file system (ext4, xfs, btrfs, APFS).'],
    }),
    programMissing: ({ service, why }) => ({
      title: `${service} is left out.`,
      evidence: why,
      explanation: 'All other services run without it.',
    }),
    serviceBroken: ({ service, why, isRunning }) => ({
      title: isRunning ? `${service} runs but does not answer.` : `${service} is not running.`,
      evidence: why ?? (isRunning ? 'It did not answer in time.' : 'Its process has ended.'),
      explanation: 'A start keeps what runs and repairs the rest.',
    }),
    staleLock: ({ file }) => ({
      title: 'A change of the stack was cut off.',
      evidence: `${file} names a process that has ended.`,
      explanation: 'Nothing needs to be done: the next change takes over.',
    }),
    leftovers: ({ folders, bytes }) => ({
      title: 'Old downloads take up space.',
      evidence: `${gigabytes(bytes)} in ${folders.length} ${folders.length === 1 ? 'folder' : 'folders'} that this version does not use: ${folders.join(', ')}.`,
      explanation:
        'Environments and jars of earlier versions stay in the cache. An older version of DataFlow Lab that needs them fetches them again.',
    }),
  },
  commands: { createBuckets: 'Create the buckets', startStack: 'Start the stack', removeLeftovers: 'Remove them' },
  parts: {
    services: 'Services',
    file: 'Compose file',
    engine: 'Container engine',
    machine: 'Memory and limits',
    disks: 'Disks',
    network: 'Proxies and certificates',
    local: 'Python and data folder',
    leftovers: 'Old downloads',
    workspace: 'Settings and code',
    ports: 'Ports',
    servers: 'Clocks and versions of servers',
    buckets: 'Buckets',
    images: 'Images',
  },
  edit: 'Show the change…',
  place: (file, line) => `${file}, line ${line}`,
  set: (key, value) => `Set ${key} to ${value}`,
}

const diskUse: Readonly<Record<DiskUse, string>> = { data: 'the lake', cache: 'downloads', engine: 'the container engine' }

function gigabytes(bytes: number): string {
  const digits = bytes < 10 * 1024 ** 3 ? 1 : 0
  return `${(bytes / 1024 ** 3).toLocaleString('en', { maximumFractionDigits: digits })} GB`
}

function imageList(images: FindingFacts['imageUnpinned']['images']): string {
  return images.map(({ service, image }) => `${service}: ${image}`).join('; ')
}

function duration(seconds: number): string {
  const size = Math.abs(seconds)
  if (size < 120) return `${size} seconds`
  return size < 7200 ? `${Math.round(size / 60)} minutes` : `${Math.round(size / 3600)} hours`
}

function holderText(holder: PortHolder): string {
  switch (holder.kind) {
    case 'process':
      return `${holder.name} (process ${holder.pid}) has it`
    case 'container':
      return `the container ${holder.name}${holder.project === null ? '' : ` of the project ${holder.project}`} has it`
    case 'stack':
      return `${holder.service} of the stack of ${holder.folder} has it`
    case 'unknown':
      return 'another program has it'
    default:
      return unreachable(holder)
  }
}

function freeing(holder: PortHolder): readonly string[] {
  switch (holder.kind) {
    case 'process':
      return [`End ${holder.name} (process ${holder.pid}) if you do not need it.`]
    case 'container':
      return [`Stop it if you do not need it: docker stop ${holder.name}`]
    case 'stack':
      return [`Stop that stack: dataflow stack down --project ${JSON.stringify(holder.folder)}`]
    case 'unknown':
      return []
    default:
      return unreachable(holder)
  }
}
