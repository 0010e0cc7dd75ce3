import { mkdtempSync, rmSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '#process/ports.ts'
import { fakeRecipe } from '../../fakes/services.ts'
import { composeProject, composeService } from '../../support/composeProject.ts'
import { engineContract, type ContractBed } from '../../support/engineContract.ts'
import { crashService, openLocalEngine, type FakeRecipes } from '../../support/localBed.ts'

describe('the local engine, as every engine', function () {
  this.timeout(60_000)
  engineContract(openBed)
})

async function openBed(): Promise<ContractBed> {
  const folder = mkdtempSync(join(tmpdir(), 'dataflow-local-'))
  await mkdir(join(folder, 'project'))
  const recipes: FakeRecipes = {
    store: fakeRecipe({ port: await freePort(44_000), script: `setInterval(() => { for (let i = 0; i < 1e5; i++); }, 1)` }),
    app: fakeRecipe({ port: await freePort(44_100) }),
    broken: fakeRecipe({ port: await freePort(44_200), script: `console.error('Error: no way'); process.exit(3)` }),
    slow: { ...fakeRecipe({ port: await freePort(44_300), script: `process.env.PORT = '0'` }), startMs: 120_000 },
  }
  let environment: Record<string, string> = {}
  const definition = () =>
    composeProject([
      composeService('store', { environment }),
      composeService('app', { dependsOn: [{ service: 'store', condition: 'service_healthy', isRequired: true, restarts: false }] }),
      composeService('broken'),
      composeService('slow'),
    ])
  const engine = openLocalEngine(folder, definition, recipes)
  return {
    engine,
    other: openLocalEngine(folder, definition, recipes),
    store: 'store',
    app: 'app',
    broken: 'broken',
    slow: 'slow',
    redefineStore: async () => void (environment = { ROUND: String(Number(environment['ROUND'] ?? 0) + 1) }),
    crash: name => crashService(engine, name),
    dispose: async () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }),
  }
}
