import assert from 'node:assert/strict'
import { chmod, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isProblem } from '#base/errors.ts'
import { explain, findPython } from '#runtime/python.ts'
import { parsePythonFacts, type Python } from '#runtime/pythonFacts.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

const python = (minor: number, more: Partial<Python> = {}): Python => ({
  executable: `/usr/bin/python3.${minor}`,
  version: [3, minor, 1],
  implementation: 'CPython',
  hasPip: true,
  hasVenv: true,
  ...more,
})

describe('finding Python', () => {
  const folder = temporaryFolder()

  it('names the Debian package that brings a missing venv', () => {
    const { message, hint } = explain({}, [python(11, { hasPip: false, hasVenv: false })])
    assert.equal(message, '/usr/bin/python3.11 (Python 3.11) has neither pip nor venv.')
    assert.match(hint ?? '', /apt install python3\.11-venv/)
  })

  it('says how old the one it found is, and that there is none', () => {
    assert.equal(explain({}, [python(9)]).message, 'Spark 4.2 needs Python 3.10 or newer, but /usr/bin/python3.9 is Python 3.9.1.')
    assert.equal(explain({}, []).message, 'Python was not found.')
    assert.equal(explain({ DATAFLOW_PYTHON: '/no/python' }, []).message, 'DATAFLOW_PYTHON names /no/python, which is no Python.')
  })

  it('passes over one that is too old for a newer one on the path', async () => {
    await program('python3', python(9))
    await program('python3.12', python(12))
    assert.deepEqual(await findPython({ PATH: folder() }, new AbortController().signal), python(12))
  })

  it('finds none on an empty path', async () => {
    await assert.rejects(findPython({ PATH: folder() }, new AbortController().signal), error => isProblem(error, 'notFound'))
  })

  it('understands nothing but the facts it asked for', () => {
    assert.equal(parsePythonFacts('Python 2.7'), undefined)
    assert.equal(parsePythonFacts('{"executable":"","version":[3,11,0],"implementation":"CPython"}'), undefined)
  })

  /** A program that answers as this Python would. */
  const program = async (name: string, facts: Python): Promise<void> => {
    await symlink('/bin/cat', join(folder(), 'cat')).catch(() => undefined)
    await writeFile(join(folder(), `${name}.json`), JSON.stringify(facts))
    await writeFile(join(folder(), name), `#!/bin/sh\ncat ${join(folder(), name)}.json\n`)
    await chmod(join(folder(), name), 0o755)
  }
})
