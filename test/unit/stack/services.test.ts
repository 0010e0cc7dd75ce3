import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { serviceEnv } from '#stack/local/serviceEnv.ts'
import { clearStale, layOut } from '#stack/local/serviceFolder.ts'
import { logTail } from '#stack/local/logTail.ts'
import { propertyFile, s3proxy } from '#stack/local/s3proxy.ts'
import { sparkConnect } from '#stack/local/sparkConnect.ts'
import type { LaunchInput } from '#stack/local/spec.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

const input: LaunchInput = {
  runtime: {
    java: '/jre/bin/java',
    python: '/venv/bin/python',
    sparkHome: '/spark',
    sparkJars: '/jars/spark',
    s3proxyJars: '/jars/s3proxy',
  },
  secrets: { s3: { accessKeyId: 'THE-KEY', secretAccessKey: 'THE-SECRET' }, sparkToken: 'THE-TOKEN' },
  folder: '/stack/it',
  ports: { main: 9001, ui: 4041 },
  urls: { s3: 'http://127.0.0.1:9001' },
}

describe('the services', () => {
  const folder = temporaryFolder()

  it('have no secret among their arguments, where every user could read it', () => {
    const launches = [s3proxy.launch(input), sparkConnect.launch(input)]
    for (const { command, args } of launches) assert.doesNotMatch([command, ...args].join(' '), /THE-/)
  })

  it('are told their secrets by environment or private file', () => {
    assert.equal(sparkConnect.launch(input).env['SPARK_CONNECT_AUTHENTICATE_TOKEN'], 'THE-TOKEN')
    assert.match(s3proxy.launch(input).files[join('/stack/it', 's3proxy.properties')] ?? '', /^s3proxy\.credential=THE-SECRET$/m)
  })

  it('listen on the ports they were given, on the loopback address only', () => {
    const args = sparkConnect.launch(input).args
    for (const wanted of [
      'connect.grpc.binding.address=127.0.0.1',
      'connect.grpc.binding.port=9001',
      'ui.port=4041',
      'driver.bindAddress=127.0.0.1',
    ]) {
      assert.ok(args.includes(`-Dspark.${wanted}`), wanted)
    }
    assert.match(
      s3proxy.launch(input).files[join('/stack/it', 's3proxy.properties')] ?? '',
      /^s3proxy\.endpoint=http:\/\/127\.0\.0\.1:9001$/m,
    )
  })

  it('get the environment of their starter without other people’s keys and settings', () => {
    const env = { PATH: '/bin', AWS_SESSION_TOKEN: 'x', SPARK_CONF_DIR: '/etc', VSCODE_IPC_HOOK: 'y', HOME: '/root', EMPTY: undefined }
    assert.deepEqual(serviceEnv(env, { SPARK_HOME: '/spark' }), { PATH: '/bin', HOME: '/root', SPARK_HOME: '/spark' })
  })

  it('get private folders and files, and lose what a crash left', async () => {
    const own = join(folder(), 'spark')
    await layOut(own, { files: { [join(own, 'a.conf')]: 'text' }, folders: [join(own, 'scratch', 'deep')] })
    assert.equal(await readFile(join(own, 'a.conf'), 'utf8'), 'text')
    assert.equal((await stat(own)).mode & 0o077, 0)
    await mkdir(join(own, 'metastore'))
    for (const name of ['db.lck', 'dbex.lck', 'log.dat']) await writeFile(join(own, 'metastore', name), '')
    await clearStale(own, sparkConnect.stale)
    assert.deepEqual([await readdir(own), await readdir(join(own, 'metastore'))], [['a.conf', 'metastore'], ['log.dat']])
    await clearStale(join(folder(), 'nowhere'), sparkConnect.stale)
  })

  it('show the end of their log', async () => {
    const log = join(folder(), 'it.log')
    assert.equal(await logTail(log, 2), '')
    await writeFile(log, `${'x'.repeat(100_000)}\nlast but one\nlast\n`)
    assert.equal(await logTail(log, 2), 'last but one\nlast')
  })

  it('double the backslashes of Windows paths in property files', () => {
    assert.equal(propertyFile({ dir: 'C:\\data' }), 'dir=C:\\\\data\n')
  })
})
