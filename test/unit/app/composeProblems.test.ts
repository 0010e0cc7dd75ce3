import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkCompose } from '#app/composeProblems.ts'

const never = new AbortController().signal

describe('problems of compose files', () => {
  let folder = ''
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'dataflow-compose-'))))
  afterEach(() => rmSync(folder, { recursive: true }))

  const check = async (unsaved: Readonly<Record<string, string>> = {}) => {
    const texts = new Map(Object.entries(unsaved).map(([name, text]) => [join(folder, name), text]))
    const { errors } = await checkCompose({ folder, env: {}, unsaved: texts }, never)
    return errors.map(({ file, line }) => `${file.slice(folder.length + 1)}:${line}`)
  }

  it('are none in a folder without one', async () => {
    assert.deepEqual(await check(), [])
  })

  it('stand at the line of the file that has them, the override too', async () => {
    writeFileSync(join(folder, 'compose.yaml'), 'services:\n  s3:\n    image: one\n')
    assert.deepEqual(await check(), [])
    writeFileSync(join(folder, 'compose.override.yaml'), 'services:\n  s3:\n    healthchek: {}\n')
    assert.deepEqual(await check(), ['compose.override.yaml:3'])
  })

  it('are those of the text in the editor, before it is saved', async () => {
    writeFileSync(join(folder, 'compose.yaml'), 'services:\n  s3:\n    image: ${IMAGE:?must be set}\n')
    assert.deepEqual(await check(), ['compose.yaml:3'])
    assert.deepEqual(await check({ '.env': 'IMAGE=one\n' }), [])
    assert.deepEqual(await check({ 'compose.yaml': 'services:\n  s3:\n    imag: one\n' }), ['compose.yaml:3'])
  })
})
