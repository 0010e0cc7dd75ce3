import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CatalogNode } from '#app/catalogNode.ts'
import { createLakehouse, type Lakehouse } from '#app/lakehouse.ts'
import { defaultSettings } from '#app/settings.ts'
import { createSqlRunner } from '#app/sqlRunner.ts'
import { Emitter } from '#base/event.ts'
import { silentLog } from '#base/log.ts'
import { liveStack, type LiveStack } from '../support/liveStack.ts'
import { controlOf } from '../support/stackControl.ts'

const never = new AbortController().signal

/** Another folder, which knows of the running stack by a connection with addresses alone. */
describe('a connection to a stack that runs elsewhere', function () {
  this.timeout(10 * 60_000)
  let root = ''
  let office: Lakehouse
  let stack: LiveStack
  let mlflow = ''

  before(async function () {
    stack = liveStack(this)
    const control = controlOf(stack.project)
    const { endpoints } = await control.change({ kind: 'up', services: ['mlflow'] }, () => {}, never)
    control.dispose()
    mlflow = endpoints.mlflow?.url ?? assert.fail('MLflow has no address.')
    root = mkdtempSync(join(tmpdir(), 'dataflow-existing-'))
    office = openOffice()
  })
  after(() => {
    office?.dispose()
    if (root !== '') rmSync(root, { recursive: true, force: true })
  })

  function openOffice(): Lakehouse {
    const { s3, spark } = stack
    const sparkUrl = `sc://${spark.host}:${spark.port}`
    const { endpoint } = s3.endpoint
    return createLakehouse({
      log: silentLog,
      settings: {
        current: { ...defaultSettings, connections: [{ name: 'office', endpoint, spark: sparkUrl, mlflow }] },
        onDidChange: new Emitter<never>().event,
      },
      secrets: async () => ({
        s3: s3.credentials,
        sparkToken: spark.token,
        addresses: { s3: endpoint, sparkToken: sparkUrl, mlflow },
      }),
      projectFolder: root,
      productFolder: process.cwd(),
      env: { ...process.env, DATAFLOW_HOME: join(root, 'home') },
    })
  }

  it('expands in the explorer', async () => {
    const office1: CatalogNode = { kind: 'connection', name: 'office' }
    assert.deepEqual(await office.catalog.children(undefined, never), [office1])
    const buckets = (await office.catalog.children(office1, never)).map(node => ('name' in node ? node.name : node.kind))
    assert.deepEqual(
      buckets.filter(name => ['bronze', 'silver', 'gold', 'mlflow'].includes(name)),
      ['bronze', 'gold', 'mlflow', 'silver'],
    )
  })

  it('runs the SQL of a cell', async () => {
    const run = createSqlRunner(office.statements, 'office', 'a notebook')
    assert.deepEqual(await run('SELECT 6 * 7 AS answer', never), [{ answer: 42 }])
    await office.statements.release('a notebook')
  })

  it('has its experiments', async () => {
    const { items } = await office.mlflow.client('office').searchExperiments({ limit: 10 }, never)
    assert.ok(items.some(({ name }) => name === 'Default'))
    const [server] = await office.mlflowTree.children(undefined, never)
    assert.ok(server)
    const names = (await office.mlflowTree.children(server, never)).map(node => ('experiment' in node ? node.experiment.name : node.kind))
    assert.ok(names.includes('Default'), names.join())
  })

  it('starts nothing', async () => {
    const state = await office.stack.refresh(never)
    assert.deepEqual([state.kind, state.services.filter(service => service.state !== 'stopped')], ['stopped', []])
    assert.deepEqual(
      readdirSync(root, { recursive: true }).filter(path => String(path).endsWith('.json') || String(path).endsWith('.log')),
      [],
    )
  })
})
