import assert from 'node:assert/strict'
import { containerBody } from '#stack/docker/containerBody.ts'
import { composeProject, composeService } from '../../../support/composeProject.ts'

const lake = {
  name: 'lake',
  folder: '/srv/lake',
  files: ['/srv/lake/compose.yaml'],
  networks: [{ name: 'default', engineName: 'lake_default', isExternal: false }],
}
const plan = { hash: 'h', imageId: 'sha256:i', number: 2, kept: [] }

describe('what an engine is told to make', () => {
  it('is little for a service that says little', () => {
    const service = composeService('web')
    assert.deepEqual(containerBody(composeProject([service], lake), service, plan), {
      Image: 'web:1',
      Env: [],
      Labels: {
        'com.docker.compose.project': 'lake',
        'com.docker.compose.service': 'web',
        'com.docker.compose.container-number': '2',
        'com.docker.compose.oneoff': 'False',
        'com.docker.compose.config-hash': 'h',
        'dataflow.config-hash': 'hash of web',
        'com.docker.compose.project.config_files': '/srv/lake/compose.yaml',
        'com.docker.compose.project.working_dir': '/srv/lake',
        'com.docker.compose.depends_on': '',
        'com.docker.compose.image': 'sha256:i',
      },
      ExposedPorts: {},
      HostConfig: { Mounts: [], PortBindings: {}, NetworkMode: 'lake_default' },
      NetworkingConfig: { EndpointsConfig: { lake_default: { Aliases: ['web'] } } },
    })
  })

  it('is everything that a service says', () => {
    const service = composeService('web', {
      command: ['serve', '--all'],
      entrypoint: ['/init'],
      environment: { A: '1', B: '' },
      ports: [
        { hostIp: '127.0.0.1', hostPort: 8080, containerPort: 80, protocol: 'tcp' },
        { hostIp: '', hostPort: null, containerPort: 80, protocol: 'tcp' },
        { hostIp: '', hostPort: 53, containerPort: 53, protocol: 'udp' },
      ],
      mounts: [
        { kind: 'bind', source: '/srv/lake/data', target: '/data', isReadOnly: false },
        { kind: 'volume', source: 'kept', target: '/kept', isReadOnly: true },
      ],
      networks: [
        { name: 'back', aliases: ['lake'] },
        { name: 'front', aliases: [] },
      ],
      dependsOn: [
        { service: 'db', condition: 'service_healthy', isRequired: true, restarts: false },
        { service: 'setup', condition: 'service_completed_successfully', isRequired: true, restarts: true },
      ],
      healthcheck: { test: ['CMD', 'check'], intervalMs: 1500, timeoutMs: 2000, retries: 4, startPeriodMs: 0.5 },
      restart: { name: 'on-failure', maxRetries: 5 },
      init: true,
      user: '0:0',
      workingDir: '/srv',
      hostname: 'host',
      stopGraceMs: 1500,
      labels: { own: 'label', 'com.docker.compose.service': 'forged' },
      memoryBytes: 1024,
      cpus: 0.25,
      shmBytes: 2048,
      pidsLimit: 9,
      tmpfs: ['/run', '/tmp:size=1m,mode=700'],
      readOnly: true,
      extraHosts: ['host.docker.internal:host-gateway'],
    })
    const project = composeProject([service], {
      ...lake,
      networks: [
        { name: 'back', engineName: 'shared-back', isExternal: true },
        { name: 'front', engineName: 'lake_front', isExternal: false },
      ],
      volumes: [{ name: 'kept', engineName: 'lake_kept', isExternal: false }],
    })
    const { Labels, ...body } = fieldsOf(
      containerBody(project, service, {
        ...plan,
        kept: [
          { name: 'anonymous', target: '/cache' },
          { name: 'covered', target: '/data' },
        ],
      }),
    )
    assert.deepEqual(body, {
      Image: 'web:1',
      Env: ['A=1', 'B='],
      Cmd: ['serve', '--all'],
      Entrypoint: ['/init'],
      User: '0:0',
      WorkingDir: '/srv',
      Hostname: 'host',
      StopTimeout: 2,
      Healthcheck: { Test: ['CMD', 'check'], Interval: 1.5e9, Timeout: 2e9, StartPeriod: 5e5, Retries: 4 },
      ExposedPorts: { '80/tcp': {}, '53/udp': {} },
      HostConfig: {
        Mounts: [
          { Type: 'bind', Source: '/srv/lake/data', Target: '/data', ReadOnly: false },
          { Type: 'volume', Source: 'lake_kept', Target: '/kept', ReadOnly: true },
          { Type: 'volume', Source: 'anonymous', Target: '/cache' },
        ],
        PortBindings: {
          '80/tcp': [
            { HostIp: '127.0.0.1', HostPort: '8080' },
            { HostIp: '', HostPort: '' },
          ],
          '53/udp': [{ HostIp: '', HostPort: '53' }],
        },
        NetworkMode: 'shared-back',
        Init: true,
        RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 5 },
        Memory: 1024,
        NanoCpus: 250_000_000,
        ShmSize: 2048,
        PidsLimit: 9,
        ReadonlyRootfs: true,
        ExtraHosts: ['host.docker.internal:host-gateway'],
        Tmpfs: { '/run': '', '/tmp': 'size=1m,mode=700' },
      },
      NetworkingConfig: { EndpointsConfig: { 'shared-back': { Aliases: ['web', 'lake'] } } },
    })
    const labels = fieldsOf(Labels)
    assert.deepEqual(
      [labels['own'], labels['com.docker.compose.service'], labels['com.docker.compose.depends_on']],
      ['label', 'web', 'db:service_healthy:false,setup:service_completed_successfully:true'],
    )
  })

  it('turns off the health check of the image where the service does', () => {
    const service = composeService('web', { isHealthcheckDisabled: true })
    assert.deepEqual(fieldsOf(containerBody(composeProject([service], lake), service, plan))['Healthcheck'], { Test: ['NONE'] })
  })
})

function fieldsOf(value: unknown): Record<string, unknown> {
  assert.ok(typeof value === 'object' && value !== null)
  return { ...value }
}
