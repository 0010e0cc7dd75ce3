import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { readProject } from '#compose/readProject.ts'
import { agreeing, refused, type ComposeCase } from '../fixtures/compose/cases.ts'
import { shapeOfConfig, shapeOfProject } from '../support/composeShape.ts'
import { composeConfig, findDockerCompose } from '../support/dockerCompose.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'

const never = new AbortController().signal

describe('compose files, read here and by docker compose', function () {
  this.timeout(60_000)
  const compose = findDockerCompose()
  if (compose === undefined) {
    it('mean the same', function () {
      process.stdout.write('  Skipped: there is no docker compose. Install it, or set DATAFLOW_DOCKER_COMPOSE to its program.\n')
      this.skip()
    })
    return
  }
  const folder = temporaryFolder()

  for (const each of agreeing) {
    it(`mean the same: ${each.name}`, async () => {
      const { ours, theirs } = await read(each)
      if ('refusal' in theirs) assert.fail(`docker compose: ${theirs.refusal}`)
      if (ours?.kind !== 'project') assert.fail(JSON.stringify(ours?.diagnostics))
      assert.deepEqual(shapeOfProject(ours.project), shapeOfConfig(theirs.config))
    })
  }

  for (const each of refused) {
    it(`are refused by both: ${each.name}`, async () => {
      const { ours, theirs } = await read(each)
      assert.ok('refusal' in theirs, 'docker compose takes it')
      assert.equal(ours?.kind, 'refused')
    })
  }

  async function read({ files, env = {} }: ComposeCase) {
    for (const [name, text] of Object.entries(files)) {
      const path = join(folder(), 'My Lake', name)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, text)
    }
    const surroundings = { HOME: '/home/someone', ...env }
    const ours = await readProject(join(folder(), 'My Lake'), surroundings, never)
    return { ours, theirs: composeConfig(compose ?? [], join(folder(), 'My Lake'), surroundings) }
  }
})
