import { freePort } from '#process/ports.ts'
import { openDockerBed, type DockerBed } from '../docker/bed.ts'
import { createDockerProject, webService, type DockerProject } from '../support/dockerProject.ts'
import { engineContract, type ContractBed } from '../support/engineContract.ts'

describe('The docker engine', function () {
  this.timeout(120_000)
  let bed: DockerBed

  before(async function () {
    bed = await openDockerBed(this)
  })

  engineContract(async () => await openContract(bed))
})

async function openContract(bed: DockerBed): Promise<ContractBed> {
  const image = await bed.image('busybox')
  const project = createDockerProject(bed.client)
  const port = await freePort(18_200)
  define(project, image, port, 'first')
  return {
    engine: project.engine,
    other: project.another(),
    store: 'store',
    app: 'app',
    broken: 'broken',
    slow: 'slow',
    redefineStore: () => Promise.resolve(define(project, image, port, 'second')),
    crash: async name => void (await bed.client.run(['kill', '--signal', 'KILL', project.container(name)])),
    dispose: () => project.dispose(),
  }
}

function define(project: DockerProject, image: string, port: number, edition: string): void {
  const services = {
    app: webService('app', image, { depends_on: { store: { condition: 'service_healthy' } } }),
    store: webService('store', image, { environment: { EDITION: edition }, ports: [`127.0.0.1:${port}:8080`], volumes: ['store:/data'] }),
    broken: { image, command: ['sh', '-c', 'echo "broken begins"; echo no way; exit 3'] },
    slow: {
      image,
      command: ['sh', '-c', 'echo "slow begins"; exec sleep 600'],
      init: true,
      healthcheck: { test: ['CMD', 'false'], interval: '500ms', retries: 1000 },
    },
  }
  project.define(services, { volumes: { store: {} } })
}
