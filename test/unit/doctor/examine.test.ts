import assert from 'node:assert/strict'
import { examine, parts, type ExaminePorts } from '#doctor/examine.ts'
import { brazilian } from '#doctor/words/brazilian.ts'
import { english } from '#doctor/words/english.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

const never = new AbortController().signal

describe('an examination', function () {
  this.timeout(20_000)
  const folder = temporaryFolder()
  const portsOf = (more: Partial<ExaminePorts>): ExaminePorts => ({
    projectFolder: folder(),
    productFolder: process.cwd(),
    env: { PATH: process.env['PATH'], DATAFLOW_HOME: folder(), DOCKER_HOST: `unix://${folder()}/none.sock` },
    settings: () => [],
    engine: () => 'auto',
    look: () => Promise.resolve({ kind: 'stopped', engine: 'local', services: [], endpoints: {} }),
    buckets: () => Promise.resolve(undefined),
    now: () => 5,
    ...more,
  })

  it('looks at every part once, and tells each', async () => {
    const told: string[] = []
    const { checkedAt, engine, file, unchecked } = await examine(portsOf({}), ({ part }) => void told.push(part), never)
    assert.deepEqual(new Set(told), new Set(parts))
    assert.equal(told.length, parts.length)
    assert.deepEqual({ checkedAt, engine, file, unchecked }, { checkedAt: 5, engine: 'local', file: null, unchecked: [] })
  })

  it('names what hangs or fails, and ends within five seconds all the same', async () => {
    const before = Date.now()
    const hanging = portsOf({
      look: () => new Promise(() => {}),
      buckets: () => assert.fail('Nothing is known of the stack.'),
      settings: () => {
        throw new Error('no settings')
      },
    })
    const { unchecked } = await examine(hanging, () => {}, never)
    assert.ok(Date.now() - before < 5500)
    assert.deepEqual(
      unchecked.find(({ part }) => part === 'services'),
      { part: 'services', why: 'it took too long' },
    )
    assert.deepEqual(
      unchecked.find(({ part }) => part === 'workspace'),
      { part: 'workspace', why: 'no settings' },
    )
  })

  it('ends with the reason of an abort', async () => {
    const controller = new AbortController()
    const looking = examine(portsOf({ look: () => new Promise(() => {}) }), () => controller.abort(new Error('enough')), controller.signal)
    await assert.rejects(looking, /enough/)
  })

  it('has words in both languages for the same things', () => {
    assert.deepEqual(Object.keys(brazilian.findings), Object.keys(english.findings))
    assert.deepEqual(Object.keys(brazilian.parts), Object.keys(english.parts))
    assert.deepEqual(Object.keys(english.parts).toSorted(), parts.toSorted())
  })
})
