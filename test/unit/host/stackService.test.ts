import assert from 'node:assert/strict'
import type { ServiceState, StackState } from '#stack/types.ts'
import { renderStackNode } from '#host/stack/renderStackNode.ts'
import { actionsOf, pageOf } from '#host/stack/serviceActions.ts'
import { credentialTexts } from '#host/stack/credentialText.ts'
import { describeService, serviceLabel, serviceTooltip } from '#host/stack/serviceText.ts'
import { serviceState } from '../../fakes/stackEngine.ts'

const s3: ServiceState = { ...serviceState('s3', true), pid: 7, since: 1000 }
const spark: ServiceState = serviceState('spark-connect', true)
const worker: ServiceState = {
  ...s3,
  name: 'worker',
  role: 'spark-worker',
  url: 'http://127.0.0.1:8081',
  replicas: { running: 1, wanted: 2 },
}
const endpoints = {
  s3: { endpoint: 'http://127.0.0.1:9000', region: 'us-east-1' },
  spark: { host: '127.0.0.1', port: 15002, uiUrl: 'http://127.0.0.1:4040' },
}
const state: StackState = { kind: 'running', engine: 'local', services: [s3, spark], endpoints }
const docker: StackState = { ...state, engine: 'docker' }
const usage = { cpu: 0.034, memoryBytes: 410_000_000, memoryLimitBytes: null }
const secrets = { s3: { accessKeyId: 'KEY', secretAccessKey: "a'b" }, sparkToken: 'word' }

const draw = (service: ServiceState) => renderStackNode({ kind: 'service', service }, { state, usage: new Map(), now: 126_000 })
const texts = (service: ServiceState) => credentialTexts(service, endpoints, secrets).map(({ text }) => text)

describe('service texts', () => {
  it('give health, port, uptime and usage', () => {
    assert.equal(describeService(s3, usage, 126_000), 'healthy · port 9000 · up 2 min · 3 % CPU · 410 MB')
    assert.equal(describeService({ ...s3, state: 'stopped', since: null, port: null }, undefined, 0), 'stopped')
    assert.equal(
      describeService({ ...worker, isOutdated: true, since: null, port: null }, undefined, 0),
      'healthy · 1 of 2 running · definition changed',
    )
    assert.equal(
      describeService({ ...s3, state: 'stopped', unavailable: 'NGINX is not installed.', port: null }, undefined, 0),
      'not available',
    )
    assert.equal(
      describeService(s3, { ...usage, cpu: null, memoryLimitBytes: 2e9 }, 1000),
      'healthy · port 9000 · up < 1 min · 410 MB of 2 GB',
    )
  })

  it('name a service by its role, and by its own name where that is another', () => {
    assert.deepEqual([s3, { ...s3, name: 'minio' }, { ...s3, name: 'db', role: null }].map(serviceLabel), [
      'Object store',
      'Object store (minio)',
      'db',
    ])
  })

  it('put data into a tooltip as text, never as markup', () => {
    const { value } = serviceTooltip({ ...s3, since: null, reason: '[x](command:evil)', unavailable: '<b>' }, undefined, 0)
    assert.equal(
      value,
      [
        '**Object store with the S3 interface**',
        '',
        String.raw`- Service\: s3`,
        String.raw`- State\: healthy`,
        String.raw`- Reason\: \[x\]\(command\:evil\)`,
        String.raw`- \<b\>`,
        String.raw`- Address\: http\:\/\/127\.0\.0\.1\:9000`,
        String.raw`- Process\: 7`,
      ].join('\n'),
    )
  })
})

describe('service node', () => {
  it('carries role, state and what can be done, for the menus', () => {
    const { id, contextValue, accessibilityInformation } = draw(s3)
    assert.deepEqual(
      [id, contextValue, accessibilityInformation?.label],
      [
        'service:s3',
        'service s3 running canStop canRestart canCopyUrl canCopyCredentials canOpenTerminal canReset',
        'Object store, healthy · port 9000 · up 2 min',
      ],
    )
    assert.equal(draw(serviceState('s3', false)).contextValue, 'service s3 stopped canStart canReset')
    assert.equal(draw({ ...serviceState('s3', false), unavailable: 'No.' }).contextValue, 'service s3 stopped')
  })

  it('sums up its group', () => {
    const services = [s3, serviceState('spark-connect', false)]
    const { label, description, contextValue } = renderStackNode(
      { kind: 'group', name: 'ml', services },
      { state, usage: new Map(), now: 0 },
    )
    assert.deepEqual(
      [label, description, contextValue],
      ['Machine learning', '1 of 2 running', 'group canStart canStop canRestart canReset'],
    )
  })
})

describe('service actions', () => {
  it('open a page where there is one', () => {
    assert.deepEqual(
      [pageOf(s3, endpoints), pageOf(spark, endpoints), pageOf(worker, endpoints)],
      [undefined, 'http://127.0.0.1:4040', worker.url],
    )
    assert.equal(pageOf({ ...worker, role: null, url: 'postgres://127.0.0.1' }, endpoints), undefined)
  })

  it('scale workers only, remove containers only, never start an orphan', () => {
    assert.equal(actionsOf(worker, state).includes('canScale'), true)
    assert.equal(actionsOf(s3, docker).includes('canRemove'), true)
    const orphan = actionsOf({ ...serviceState('s3', true), isOrphan: true }, docker)
    assert.deepEqual([orphan.includes('canStart'), orphan.includes('canRestart'), orphan.includes('canRemove')], [false, false, true])
  })
})

describe('credentials of a service', () => {
  it('are variables that a shell reads, or the bare values', () => {
    assert.deepEqual(texts(s3), [
      `AWS_ENDPOINT_URL=http://127.0.0.1:9000\nAWS_REGION=us-east-1\nAWS_ACCESS_KEY_ID=KEY\nAWS_SECRET_ACCESS_KEY='a'\\''b'\n`,
      'KEY',
      "a'b",
    ])
    assert.deepEqual(texts(spark), [`SPARK_REMOTE='sc://localhost:15002/;token=word'\n`, 'sc://localhost:15002/;token=word', 'word'])
    assert.deepEqual(texts({ ...s3, role: 'prefect', url: 'http://127.0.0.1:4200' }), ['PREFECT_API_URL=http://127.0.0.1:4200/api\n'])
    assert.deepEqual(texts(worker), [])
  })
})

const drawProblem = (details?: Readonly<Record<string, string>>) => {
  const problem = { code: 'invalid', message: 'compose.yaml, line 3: no.', hint: 'Mend it.', ...(details ? { details } : {}) } as const
  return renderStackNode({ kind: 'problem', problem }, { state, usage: new Map(), now: 0 })
}

describe('problem of the stack', () => {
  it('leads to the line of the file it is in, else looks again', () => {
    const { tooltip, command } = drawProblem({ diagnostics: '/lake/compose.yaml:3:5 no.\n/lake/compose.yaml:9:1 nor.' })
    assert.deepEqual(
      [tooltip, command?.command, String(command?.arguments?.[0])],
      ['compose.yaml, line 3: no. Mend it.', 'vscode.open', 'file:///lake/compose.yaml'],
    )
    assert.equal(drawProblem().command?.command, 'dataflow.stack.refresh')
  })
})
