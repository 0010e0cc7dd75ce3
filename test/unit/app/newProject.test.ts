import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createProject } from '#app/newProject.ts'
import { isProblem } from '#base/errors.ts'
import { readProject } from '#compose/readProject.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

const never = new AbortController().signal

async function make(folder: string): Promise<readonly string[]> {
  return await createProject(process.cwd(), folder, never)
}

describe('createProject', () => {
  const root = temporaryFolder()

  it('writes every file of the template, the jar list, and passwords that only the owner may read', async () => {
    const folder = join(root(), 'My Lake')
    const files = await make(folder)
    assert.deepEqual(
      files.filter(file => !file.includes('/')),
      ['.env', '.gitignore', 'README.md', 'docker-compose.yml', 'requirements.txt'],
    )
    assert.deepEqual(
      files.filter(file => !existsSync(join(folder, file))),
      [],
    )
    assert.equal(readFileSync(join(folder, 'config/spark/jars.txt'), 'utf8'), readFileSync('locks/spark-jars.txt', 'utf8'))
    assert.equal(statSync(join(folder, '.env')).mode & 0o777, 0o600)
    assert.match(readFileSync(join(folder, 'README.md'), 'utf8'), /^# My Lake\n/)
  })

  it('leaves no place open, and repeats no password', async () => {
    const folders = ['a', 'b'].map(name => join(root(), name))
    const values: string[] = []
    for (const folder of folders) {
      const files = await make(folder)
      for (const file of files) assert.doesNotMatch(readFileSync(join(folder, file), 'latin1'), /\{\{\w+\}\}/, file)
      values.push(
        ...readFileSync(join(folder, '.env'), 'utf8')
          .matchAll(/^(?:S3_\w+|SPARK_\w+|JUPYTER)_(?:KEY|TOKEN)=(\w{20,})$/gm)
          .map(found => found[1] ?? ''),
      )
    }
    assert.equal(values.length, 8)
    assert.equal(new Set(values).size, 8)
  })

  it('writes nothing where one of its files exists, and names those', async () => {
    const folder = root()
    mkdirSync(join(folder, 'flows'))
    writeFileSync(join(folder, 'flows', 'medallion.py'), 'mine')
    writeFileSync(join(folder, 'app'), 'a file in the way of a folder')
    await assert.rejects(make(folder), error => isProblem(error, 'conflict') && error.details?.['files'] === 'app\nflows/medallion.py')
    assert.deepEqual(readdirSync(folder).toSorted(), ['app', 'flows'])
    assert.equal(readFileSync(join(folder, 'flows', 'medallion.py'), 'utf8'), 'mine')
  })

  it('refuses a folder with another compose file, which would be the one that counts', async () => {
    writeFileSync(join(root(), 'compose.yaml'), 'services: {}\n')
    await assert.rejects(make(root()), error => isProblem(error, 'conflict') && error.details?.['files'] === 'compose.yaml')
  })

  it('refuses a file in the place of the folder', async () => {
    const file = join(root(), 'taken')
    writeFileSync(file, '')
    await assert.rejects(make(file), error => isProblem(error, 'conflict') && error.message === `${file} is a file.`)
  })

  it('follows no link out of the folder', async () => {
    const [folder, elsewhere] = [join(root(), 'lake'), join(root(), 'elsewhere')]
    for (const path of [folder, elsewhere]) mkdirSync(path)
    symlinkSync(elsewhere, join(folder, 'config'))
    await assert.rejects(make(folder), error => isProblem(error, 'conflict') && error.details?.['files'] === 'config')
    assert.deepEqual([readdirSync(folder), readdirSync(elsewhere)], [['config'], []])
  })

  it('takes back all that it made when it is called off', async () => {
    const folder = join(root(), 'deep', 'lake')
    let checks = 0
    const signal = new AbortController().signal
    signal.throwIfAborted = () => {
      checks += 1
      if (checks > 12) throw new Error('called off')
    }
    await assert.rejects(
      createProject(process.cwd(), folder, signal),
      error => isProblem(error, 'denied') && error.message.endsWith('called off'),
    )
    assert.deepEqual(readdirSync(root()), [])
  })

  it('keeps other files, and gives a name to a folder whose own Docker cannot use', async () => {
    const folder = join(root(), '湖')
    mkdirSync(folder)
    writeFileSync(join(folder, 'notes.txt'), 'kept')
    await make(folder)
    assert.equal(readFileSync(join(folder, 'notes.txt'), 'utf8'), 'kept')
    assert.match(readFileSync(join(folder, '.env'), 'utf8'), /^COMPOSE_PROJECT_NAME=lakehouse$/m)
  })

  it('writes a compose file that is supported in all of its groups', async () => {
    await make(root())
    const reading = await readProject(root(), { COMPOSE_PROFILES: 'core,processing,ml,visualization,jupyter' }, never)
    assert.deepEqual(reading?.kind === 'refused' ? reading.diagnostics : reading?.warnings, [])
    const services = reading?.kind === 'project' ? reading.project.services.map(({ name }) => name) : []
    const all = ['jupyter', 'mlflow', 'nginx', 'prefect', 's3', 'spark-connect', 'spark-master', 'spark-worker', 'streamlit']
    assert.deepEqual(services.toSorted(), all)
  })
})
