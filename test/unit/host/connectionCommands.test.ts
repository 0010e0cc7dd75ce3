import assert from 'node:assert/strict'
import type { Catalog } from '#app/catalog.ts'
import type { ConnectionSecrets } from '#app/connection.ts'
import type { Lakehouse } from '#app/lakehouse.ts'
import type { TrackingTree } from '#app/trackingTree.ts'
import { silentLog } from '#base/log.ts'
import type { HostDeps } from '#host/deps.ts'
import { registerConnectionCommands } from '#host/explorer/connectionCommands.ts'
import { commands as ids } from '#host/ids.ts'
import { createSettings } from '#host/settings.ts'
import { pretend } from '../../support/pretend.ts'
import { answers, commands, reset, seen } from '../../fakes/vscode.ts'

describe('connections', () => {
  const kept = new Map<string, ConnectionSecrets>()
  const refreshed: unknown[] = []
  beforeEach(() => {
    reset()
    kept.clear()
    refreshed.splice(0)
    const catalog = pretend<Catalog>({ refresh: (node: unknown) => void refreshed.push(node) })
    registerConnectionCommands(
      pretend<HostDeps>({
        lakehouse: async () => pretend<Lakehouse>({ catalog, mlflowTree: pretend<TrackingTree>({ refresh: () => {} }) }),
        settings: createSettings(silentLog),
        problems: { show: (error: unknown) => assert.fail(String(error)) },
        secrets: {
          get: async (name: string) => kept.get(name),
          set: async (name: string, secrets: ConnectionSecrets) => void kept.set(name, secrets),
          forget: async (name: string) => void kept.delete(name),
        },
      }),
    )
  })

  it('are added with names in the settings and keys in the secret storage', async () => {
    answers.pick = 'S3 service at an address'
    answers.inputs = ['http://localhost:9000', 'us-east-1', ' minio ', 'sc://localhost:15002', 'key', 'secret']
    await commands.executeCommand(ids.addConnection)
    assert.deepEqual(answers.configuration, {
      connections: [{ name: 'minio', endpoint: 'http://localhost:9000', region: 'us-east-1', spark: 'sc://localhost:15002' }],
    })
    assert.deepEqual(Object.fromEntries(kept), {
      minio: { s3: { accessKeyId: 'key', secretAccessKey: 'secret' }, addresses: { s3: 'http://localhost:9000' } },
    })
    assert.ok(seen.messages.includes('Secret key of minio (hidden)'))
  })

  it('are added for an MLflow server alone, which has its own credentials', async () => {
    answers.pick = 'MLflow server'
    answers.inputs = ['https://mlflow.test/base', 'tracking']
    await commands.executeCommand(ids.addConnection)
    assert.deepEqual(answers.configuration, { connections: [{ name: 'tracking', mlflow: 'https://mlflow.test/base' }] })
    answers.inputs = ['', 'a-token']
    await commands.executeCommand(ids.setCredentials, { kind: 'server', connection: 'tracking', url: 'https://mlflow.test/base' })
    assert.deepEqual(kept.get('tracking'), {
      mlflow: { kind: 'bearer', token: 'a-token' },
      addresses: { mlflow: 'https://mlflow.test/base' },
    })
    answers.inputs = ['ana', 'password']
    await commands.executeCommand(ids.setCredentials, { kind: 'connection', name: 'tracking' })
    assert.deepEqual(kept.get('tracking')?.mlflow, { kind: 'basic', username: 'ana', password: 'password' })
    assert.ok(seen.messages.includes('MLflow password of tracking (hidden)'))
  })

  it('are not added when the user leaves half way', async () => {
    answers.pick = 'Amazon S3'
    answers.inputs = ['eu-west-1', 'mine']
    await commands.executeCommand(ids.addConnection)
    assert.deepEqual([answers.configuration, kept.size], [{}, 0])
  })

  it('need a name of their own', async () => {
    answers.configuration = { connections: [{ name: 'minio' }] }
    for (const name of ['minio', 'Local stack', ' ']) {
      answers.pick = 'Amazon S3'
      answers.inputs = ['eu-west-1', name]
      await commands.executeCommand(ids.addConnection)
    }
    const problems = seen.messages.filter(text => text.startsWith('Name of the connection: '))
    assert.deepEqual(problems, [
      'Name of the connection: There is a connection of this name already.',
      'Name of the connection: There is a connection of this name already.',
      'Name of the connection: A connection needs a name.',
    ])
  })

  it('take new keys and a token, and forget them', async () => {
    answers.configuration = { connections: [{ name: 'minio', spark: 'sc://localhost:15002' }] }
    const node = { kind: 'connection', name: 'minio' }
    answers.inputs = ['key', 'secret', 'token']
    await commands.executeCommand(ids.setCredentials, node)
    assert.deepEqual(kept.get('minio'), {
      s3: { accessKeyId: 'key', secretAccessKey: 'secret' },
      sparkToken: 'token',
      addresses: { s3: '', sparkToken: 'sc://localhost:15002' },
    })
    await commands.executeCommand(ids.forgetCredentials, node)
    assert.deepEqual([kept.size, refreshed], [0, [node, node]])
  })
})
