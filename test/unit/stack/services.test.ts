import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { launchMlflow } from '#stack/local/mlflow.ts'
import { launchNginx } from '#stack/local/nginx.ts'
import { localNginxConfig } from '#stack/local/nginxConfig.ts'
import { launchPrefect } from '#stack/local/prefect.ts'
import type { ServiceLaunch } from '#stack/local/recipe.ts'
import { launchS3proxy, propertyFile } from '#stack/local/s3proxy.ts'
import { serviceEnv } from '#stack/local/serviceEnv.ts'
import { clearStale, layOut } from '#stack/local/serviceFolder.ts'
import { launchMaster, launchWorker } from '#stack/local/sparkCluster.ts'
import { launchConnect, sparkConnect } from '#stack/local/sparkConnect.ts'
import { findApp, launchStreamlit } from '#stack/local/streamlit.ts'
import { composeService, published } from '../../support/composeProject.ts'
import { launchInput, sparkRuntime } from '../../support/launchInput.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

const cluster = { addresses: { s3: 'http://127.0.0.1:9001', 'spark-master': 'spark://127.0.0.1:7078' } }

const launches: Readonly<Record<string, ServiceLaunch>> = {
  s3: launchS3proxy(sparkRuntime, launchInput()),
  connect: launchConnect(sparkRuntime, launchInput()),
  clustered: launchConnect(sparkRuntime, launchInput(cluster)),
  master: launchMaster(sparkRuntime, launchInput()),
  worker: launchWorker(sparkRuntime, '/executor-java', launchInput(cluster)),
  mlflow: launchMlflow('/venv/bin/python', launchInput()),
  prefect: launchPrefect('/venv/bin/python', launchInput()),
  streamlit: launchStreamlit('/venv/bin/python', '/project/app/app.py', launchInput()),
}

describe('the services', () => {
  const folder = temporaryFolder()

  it('have no secret among their arguments, where every user could read it', () => {
    for (const { command, args } of Object.values(launches)) assert.doesNotMatch([command, ...args].join(' '), /THE-/)
  })

  it('are told their secrets by environment or private file', () => {
    assert.equal(launches['connect']?.env['SPARK_CONNECT_AUTHENTICATE_TOKEN'], 'THE-TOKEN')
    assert.match(launches['s3']?.files[join('/stack/it', 's3proxy.properties')] ?? '', /^s3proxy\.credential=THE-SECRET$/m)
    const keys = ['connect', 'worker', 'mlflow', 'streamlit'].map(name => launches[name]?.env['AWS_SECRET_ACCESS_KEY'])
    assert.deepEqual(
      keys,
      Array.from({ length: 4 }, () => 'THE-SECRET'),
    )
    const shared = ['clustered', 'master', 'worker', 'connect'].map(name => launches[name]?.files[join('/stack/it', 'java.args')])
    const secret = '-Dspark.authenticate.secret=THE-CLUSTER'
    assert.deepEqual(shared, [secret, secret, secret, undefined])
  })

  it('listen on the ports they were given, on the loopback address only', () => {
    const wanted = {
      connect: [
        '-Dspark.connect.grpc.binding.address=127.0.0.1',
        '-Dspark.connect.grpc.binding.port=9001',
        '-Dspark.ui.port=4041',
        '-Dspark.driver.bindAddress=127.0.0.1',
      ],
      master: ['--host 127.0.0.1', '--port 7078', '--webui-port 9001'],
      worker: ['--host 127.0.0.1', '--webui-port 9001', 'spark://127.0.0.1:7078'],
      prefect: ['--host 127.0.0.1', '--port 9001'],
      streamlit: ['--server.port 9001', '--server.address 127.0.0.1', '--server.allowedHosts localhost'],
    }
    for (const [name, parts] of Object.entries(wanted)) {
      const line = launches[name]?.args.join(' ') ?? ''
      for (const part of parts) assert.ok(line.includes(part), `${name}: ${part}`)
    }
    assert.equal(launches['mlflow']?.env['PORT'], '9001')
    const properties = launches['s3']?.files[join('/stack/it', 's3proxy.properties')] ?? ''
    assert.match(properties, /^s3proxy\.endpoint=http:\/\/127\.0\.0\.1:9001$/m)
  })

  it('do their work on the cluster of the stack where it runs', () => {
    assert.ok(launches['connect']?.args.includes('-Dspark.master=local[*]'))
    assert.ok(launches['clustered']?.args.includes('-Dspark.master=spark://127.0.0.1:7078'))
    const service = composeService('w', { environment: { SPARK_WORKER_CORES: '3' } })
    const { args, env } = launchWorker(sparkRuntime, '/executor-java', launchInput({ service }))
    assert.match(args.join(' '), /--cores 3 --memory 2g/)
    assert.equal(env['JAVA_HOME'], '/executor-java')
    const memories = ['512m', '1g', '768', '4G', 'much'].map(memory => {
      const worker = composeService('w', { environment: { SPARK_WORKER_MEMORY: memory } })
      const launch = launchConnect(sparkRuntime, launchInput({ ...cluster, definitions: new Map([['spark-worker', worker]]) }))
      return launch.args.find(arg => arg.startsWith('-Dspark.executor.memory='))?.split('=')[1]
    })
    assert.deepEqual(memories, ['512m', '1024m', '768m', '1024m', '1024m'])
  })

  it('have the environment of their definition, but for what must be as it is here', () => {
    const environment = { PREFECT_HOME: '/var/lib/prefect', PREFECT_SERVER_UI_API_URL: '/api', AWS_ACCESS_KEY_ID: 'theirs' }
    const service = composeService('it', { environment })
    const { env } = launchPrefect('/python', launchInput({ service }))
    assert.deepEqual([env['PREFECT_HOME'], env['PREFECT_SERVER_UI_API_URL']], [join('/stack/it', 'home'), '/api'])
    assert.equal(launchMlflow('/python', launchInput({ service })).env['AWS_ACCESS_KEY_ID'], 'THE-KEY')
  })

  it('get the environment of their starter without other people’s keys and settings', () => {
    const foreign = { AWS_SESSION_TOKEN: 'x', SPARK_CONF_DIR: '/etc', VSCODE_IPC_HOOK: 'y', MLFLOW_TRACKING_URI: 'z', PREFECT_API_URL: 'p' }
    const env = { PATH: '/bin', ...foreign, STREAMLIT_SERVER_PORT: '1', HOME: '/root', EMPTY: undefined }
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

  it('escape what a property file would take for something else', () => {
    assert.equal(propertyFile({ dir: 'C:\\data', key: ' ä=1#' }), 'dir=C:\\\\data\nkey=\\ \\u00e4=1#\n')
  })
})

describe('the app of Streamlit', () => {
  const folder = temporaryFolder()

  it('is the file that the command names, on this machine, else app/app.py', async () => {
    const places = { projectFolder: folder(), productFolder: '/product', env: {} }
    const source = join(folder(), 'pages')
    const mounts = [{ kind: 'bind', source, target: '/app', isReadOnly: true }] as const
    const service = composeService('streamlit', { command: ['streamlit', 'run', '/app/main.py'], mounts })
    assert.equal(await findApp(service, places), undefined)
    await mkdir(join(folder(), 'app'))
    await writeFile(join(folder(), 'app', 'app.py'), '')
    assert.equal(await findApp(service, places), join(folder(), 'app', 'app.py'))
    await mkdir(source)
    await writeFile(join(source, 'main.py'), '')
    assert.equal(await findApp(service, places), join(source, 'main.py'))
  })
})

describe('the configuration of NGINX', () => {
  const text = `user nginx;
pid /tmp/nginx.pid;
http {
  resolver 127.0.0.11 valid=5s;
  proxy_temp_path /var/tmp;
  server { listen 8088 default_server; }
  server {
    listen [::]:8088;
    listen 0.0.0.0:9090 ssl;
  }
}
`

  it('listens on the loopback address and needs no rights', () => {
    assert.equal(
      localNginxConfig(text, new Map([[8088, 18_088]])),
      `

http {
  client_body_temp_path temp/client_body;
  fastcgi_temp_path temp/fastcgi;
  uwsgi_temp_path temp/uwsgi;
  scgi_temp_path temp/scgi;

  proxy_temp_path /var/tmp;
  server { listen 127.0.0.1:18088 default_server; }
  server {

    listen 127.0.0.1:9090 ssl;
  }
}
`,
    )
  })

  it('names the services where they run', () => {
    const service = composeService('nginx', { ports: [published(80, 8088)] })
    const input = launchInput({ service, localise: from => from.replaceAll('mlflow:5000', '127.0.0.1:5001') })
    const { files } = launchNginx('/nginx', { 'nginx.conf': 'proxy_pass http://mlflow:5000;' }, input)
    assert.deepEqual(files, { [join('/stack/it', 'nginx.conf')]: 'proxy_pass http://127.0.0.1:5001;' })
  })
})
