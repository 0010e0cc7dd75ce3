import assert from 'node:assert/strict'
import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isProblem } from '#base/errors.ts'
import { writeEdits } from '#doctor/fileEdits.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

describe('what the doctor writes', () => {
  const folder = temporaryFolder()
  const at = (name: string): string => join(folder(), name)
  const edit = (name: string) =>
    ({
      kind: 'edit',
      changes: [{ file: at(name), changes: [{ kind: 'set', path: ['services', 'a', 'init'], value: true }] }],
      newSecrets: { file: at('.env'), names: ['S3_SECRET_KEY'] },
    }) as const

  it('keeps links and modes, and makes a file of passwords one for its owner alone', async () => {
    mkdirSync(at('real'))
    writeFileSync(at('real/own.yml'), 'services: { a: { image: x } }\n')
    chmodSync(at('real/own.yml'), 0o640)
    symlinkSync('real/own.yml', at('compose.override.yml'))
    writeFileSync(at('.env'), 'A=1\n', { mode: 0o644 })
    await writeEdits([edit('compose.override.yml')])
    assert.match(readFileSync(at('real/own.yml'), 'utf8'), /init: true/)
    assert.match(readFileSync(at('.env'), 'utf8'), /^A=1\nS3_SECRET_KEY=[\w-]{32}\n$/)
    assert.equal(lstatSync(at('compose.override.yml')).isSymbolicLink(), true)
    assert.deepEqual([statSync(at('real/own.yml')).mode & 0o777, statSync(at('.env')).mode & 0o777], [0o640, 0o600])
    assert.deepEqual(readdirSync(folder()).toSorted(), ['.env', 'compose.override.yml', 'real'])
  })

  it('says which file cannot be written', async () => {
    await assert.rejects(writeEdits([{ ...edit('compose.override.yml'), newSecrets: { file: at('gone/.env'), names: ['A'] } }]), error => {
      return isProblem(error, 'denied') && error.message.includes(at('gone/.env'))
    })
    assert.deepEqual(readdirSync(folder()), [])
  })
})
