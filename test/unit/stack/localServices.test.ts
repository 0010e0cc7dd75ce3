import assert from 'node:assert/strict'
import type { ComposeService } from '#compose/project.ts'
import { addressesFor, staleness } from '#stack/local/addresses.ts'
import type { StackRecord } from '#stack/local/record.ts'
import { findRecipe } from '#stack/local/recipes.ts'
import { resolveServices, type LocalService } from '#stack/local/services.ts'
import { composeProject, composeService, published } from '../../support/composeProject.ts'

const places = { projectFolder: '/project', productFolder: '/product', env: {} }

const resolve = (...services: readonly ComposeService[]): Promise<readonly LocalService[]> =>
  resolveServices(composeProject(services, { activeProfiles: ['core'] }), findRecipe, places)

const on = (service: string, isRequired = true) => ({ service, condition: 'service_healthy', isRequired, restarts: false }) as const

/** A discovery file with these services running at these ports. */
function recordOf(ports: Readonly<Record<string, number>>): StackRecord {
  const services = Object.entries(ports).map(([name, main]) => [
    name,
    { process: { pid: 1, started: 'x' }, ports: { main, rpc: main }, since: 5, urls: {} },
  ])
  return { services: Object.fromEntries(services), starting: {} }
}

describe('a service of the definition, run without containers', () => {
  it('has the ports that the definition publishes, else those of its role', async () => {
    const [s3, other, spark] = await resolve(
      composeService('s3', { ports: [published(9100, 9000), published(9101, 9001)] }),
      composeService('weed', { labels: { 'dataflow.role': 's3' }, ports: [published(8333, 8333)] }),
      composeService('spark-connect', { ports: [published(null, 15_002)] }),
    )
    assert.deepEqual([s3?.ports, other?.ports, spark?.ports], [{ main: 9100 }, { main: 8333 }, { main: 15_002, ui: 4040 }])
    assert.deepEqual([s3?.containerPorts, other?.containerPorts], [{ main: 9000 }, { main: 8333 }])
  })

  it('waits for what the definition says and what its role cannot do without, as far as that can run here', async () => {
    const services = await resolve(
      composeService('db'),
      composeService('s3'),
      composeService('mlflow', { dependsOn: [on('db')] }),
      composeService('prefect', { profiles: ['off'] }),
      composeService('nginx', { dependsOn: [on('prefect', false), on('mlflow')] }),
    )
    assert.deepEqual(
      services.map(({ name, needs }) => [name, needs]),
      [
        ['db', []],
        ['s3', []],
        ['mlflow', ['s3']],
        ['prefect', []],
        ['nginx', ['mlflow']],
      ],
    )
  })

  it('is another one when its environment, ports or folders are, and the same with another image', async () => {
    const identities = await Promise.all(
      [{}, { environment: { A: '1' } }, { ports: [published(9100, 9000)] }, { image: 'other', hash: 'other' }].map(
        async more => (await resolve(composeService('s3', more)))[0]?.identity,
      ),
    )
    assert.equal(new Set(identities.slice(0, 3)).size, 3)
    assert.equal(identities[3], identities[0])
  })

  it('cannot have the name of a file of the engine', async () => {
    const services = await resolve(...['logs', 'stack.json', '..'].map(name => composeService(name, { labels: { 'dataflow.role': 's3' } })))
    assert.deepEqual(
      services.map(({ recipe }) => recipe),
      [undefined, undefined, undefined],
    )
  })
})

describe('the addresses of services', () => {
  const prefect = composeService('prefect', {
    environment: {
      STORE: 'http://s3:9000/bucket',
      SPARK: 'sc://spark-connect:15002/;x',
      OTHER: 'http://s3:9999 my-s3:9000 s3.local:9000 s3:90001',
    },
  })

  it('are put where the definition has names of containers', async () => {
    const services = await resolve(composeService('s3'), composeService('spark-connect'), prefect)
    const [, , service] = services
    assert.ok(service)
    const { localise, urls } = addressesFor(service, services, recordOf({ s3: 9001 }))
    assert.deepEqual(Object.values(prefect.environment).map(localise), [
      'http://127.0.0.1:9001/bucket',
      'sc://127.0.0.1:15002/;x',
      prefect.environment['OTHER'],
    ])
    assert.deepEqual(urls, { s3: 'http://127.0.0.1:9001', 'spark-connect': 'sc://127.0.0.1:15002' })
  })

  it('make a service stale when they are not what it was started with', async () => {
    const services = await resolve(composeService('s3'), composeService('spark-master'), composeService('spark-connect'), prefect)
    const [, master, spark, flows] = services
    assert.ok(master && spark && flows)
    const proxy = { ...flows, mentions: [master.name] }
    const running = recordOf({ s3: 9000, 'spark-master': 7077 })
    const urls = { s3: 'http://127.0.0.1:9000', 'spark-master': 'spark://127.0.0.1:7077' }
    assert.deepEqual(
      [
        staleness(spark, { urls, since: 6 }, services, running),
        staleness(spark, { urls, since: 4 }, services, running),
        staleness(spark, { urls: { ...urls, s3: 'http://127.0.0.1:9005' }, since: 6 }, services, running),
        staleness(spark, { urls: { s3: urls.s3 }, since: 6 }, services, running),
        staleness(spark, { urls, since: 6 }, services, recordOf({})),
        staleness(proxy, { urls, since: 4 }, services, running),
        staleness(flows, { urls: { s3: 'http://127.0.0.1:9005', 'spark-connect': 'sc://127.0.0.1:15002' }, since: 6 }, services, running),
      ],
      [undefined, 'moved', 'moved', 'joined', undefined, undefined, 'moved'],
    )
  })
})
