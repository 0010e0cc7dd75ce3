import assert from 'node:assert/strict'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { substitute } from '#compose/interpolate.ts'
import { readProject } from '#compose/readProject.ts'
import { agreeing, refused, type ComposeCase } from '../fixtures/compose/cases.ts'
import { shapeOfConfig, shapeOfProject } from '../support/composeShape.ts'
import { composeConfig, findDockerCompose } from '../support/dockerCompose.ts'
import { seededRandom, seedOfRun } from '../support/random.ts'
import { randomComposeFiles, randomTemplate } from '../support/randomCompose.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'

const randomFiles = 40
const templates = 400
const badTemplates = 20
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

  it(`mean the same: ${randomFiles} random projects`, async () => {
    const first = seedOfRun()
    for (let seed = first; seed < first + randomFiles; seed++) {
      const files = randomComposeFiles(seed)
      const { ours, theirs } = await read({ name: '', files, env: { OUTER: 'outer' } })
      const told = `DATAFLOW_SEED=${seed}\n${Object.entries(files)
        .map(([name, text]) => `# ${name}\n${text}`)
        .join('')}`
      if (ours?.kind === 'project' && 'config' in theirs) assert.deepEqual(shapeOfProject(ours.project), shapeOfConfig(theirs.config), told)
      else assert.deepEqual(ours?.kind === 'refused', 'refusal' in theirs, `${told}${JSON.stringify([ours, theirs])}`)
    }
  })

  it(`put variables into ${templates} random texts alike`, async () => {
    const seed = seedOfRun()
    const random = seededRandom(seed)
    const texts = Array.from({ length: templates }, () => randomTemplate(random))
    const variables: Readonly<Record<string, string>> = { A: 'set', E: '' }
    const isGood = (text: string): boolean => substitute(text, name => variables[name]).kind === 'text'
    const fileOf = (some: readonly string[]): ComposeCase => ({
      name: '',
      env: variables,
      files: { 'compose.yaml': JSON.stringify({ services: { a: { image: 'x', command: some } } }) },
    })
    const good = texts.filter(isGood)
    const { ours, theirs } = await read(fileOf(good))
    assert.ok(ours?.kind === 'project' && 'config' in theirs, `DATAFLOW_SEED=${seed} ${JSON.stringify(theirs)}`)
    assert.deepEqual(shapeOfProject(ours.project), shapeOfConfig(theirs.config), `DATAFLOW_SEED=${seed}`)
    for (const text of texts.filter(each => !isGood(each)).slice(0, badTemplates)) {
      assert.ok('refusal' in (await read(fileOf([text]))).theirs, `DATAFLOW_SEED=${seed} ${text}`)
    }
  })

  async function read({ files, env = {} }: ComposeCase) {
    rmSync(join(folder(), 'My Lake'), { recursive: true, force: true })
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
