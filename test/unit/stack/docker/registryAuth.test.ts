import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { registryAuth, registryOf } from '#stack/docker/registryAuth.ts'
import { temporaryFolder } from '../../../support/temporaryFolder.ts'

const never = new AbortController().signal
const hub = 'https://index.docker.io/v1/'

describe('the login of a registry', () => {
  const folder = temporaryFolder()
  const config = (json: unknown): void => {
    mkdirSync(join(folder(), '.docker'), { recursive: true })
    writeFileSync(join(folder(), '.docker/config.json'), typeof json === 'string' ? json : JSON.stringify(json))
  }
  const ask = (repository: string) => registryAuth(repository, { PATH: `${folder()}:/bin:/usr/bin` }, folder(), never)
  const auth = Buffer.from('me:pass:word').toString('base64')

  it('is that of the address a repository begins with, else of Docker Hub', () => {
    assert.deepEqual(
      ['nginx', 'rustfs/rustfs', 'docker.io/library/nginx', 'ghcr.io/mlflow/mlflow', 'localhost/x', '127.0.0.1:5000/x/y'].map(registryOf),
      [hub, hub, hub, 'ghcr.io', 'localhost', '127.0.0.1:5000'],
    )
  })

  it('is what docker login has written', async () => {
    config({ auths: { 'box:5000': { auth }, [hub]: { identitytoken: 'token' }, 'https://old.example': { auth }, 'empty.example': {} } })
    assert.deepEqual(await ask('box:5000/one'), { username: 'me', password: 'pass:word', serveraddress: 'box:5000' })
    assert.deepEqual(await ask('rustfs/rustfs'), { identitytoken: 'token', serveraddress: hub })
    assert.deepEqual(await ask('old.example/one'), { username: 'me', password: 'pass:word', serveraddress: 'old.example' })
    assert.equal(await ask('empty.example/one'), undefined)
    assert.equal(await ask('other.example/one'), undefined)
  })

  it('is what the program knows that keeps it, which learns the registry from its input alone', async function () {
    if (process.platform === 'win32') this.skip()
    const program = join(folder(), 'docker-credential-safe')
    writeFileSync(
      program,
      `#!/bin/sh\n[ "$*" = get ] || exit 2\nread registry\n[ "$registry" = box:5000 ] || { echo "credentials not found in native keychain"; exit 1; }\necho '{"ServerURL":"box:5000","Username":"me","Secret":"hush"}'\n`,
    )
    chmodSync(program, 0o755)
    config({ credsStore: 'safe', credHelpers: { 'gone.example': 'absent' } })
    assert.deepEqual(await ask('box:5000/one'), { username: 'me', password: 'hush', serveraddress: 'box:5000' })
    assert.equal(await ask('rustfs/rustfs'), undefined)
    assert.equal(await ask('gone.example/one'), undefined)
  })

  it('is none without a configuration, or with a damaged one', async () => {
    assert.equal(await ask('box:5000/one'), undefined)
    for (const text of ['', '[]', '{"auths": 3, "credsStore": 4}', '{"auths": {"box:5000": {"auth": "AAAA"}}}']) {
      config(text)
      assert.equal(await ask('box:5000/one'), undefined, text)
    }
  })
})
