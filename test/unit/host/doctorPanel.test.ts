import assert from 'node:assert/strict'
import type { WebviewPanel } from 'vscode'
import type { Doctor } from '#app/doctor.ts'
import type { Lakehouse } from '#app/lakehouse.ts'
import type { Diagnosis } from '#doctor/examine.ts'
import type { Finding } from '#doctor/finding.ts'
import { findingsOf } from '#doctor/rules.ts'
import { serveDoctor, type DoctorPanelDeps } from '#host/doctor/doctorPanel.ts'
import { reportOf } from '#host/doctor/shownFindings.ts'
import type { DoctorHost, DoctorPage } from '#protocol/doctor.ts'
import { readyMessage } from '#protocol/ready.ts'
import { Peer } from '#protocol/rpc.ts'
import { factsOf } from '../../support/doctorFacts.ts'
import { pretend } from '../../support/pretend.ts'
import { answers, EventEmitter, reset, seen, Uri, workspace } from '../../fakes/vscode.ts'

const file = `services:
  s3: { image: minio/minio, ports: ["9000:9000"], environment: { MINIO_ROOT_PASSWORD: admin123 } }
`

describe('doctor panel', () => {
  beforeEach(reset)

  it('gives findings in words, with the buttons of their fixes and their places', async () => {
    const { page } = open()
    const told: number[] = []
    const { findings, subject } = await page.call('examine', {}, undefined, ({ done }) => void told.push(done))
    assert.equal(subject, '/project/docker-compose.yml')
    assert.deepEqual(told, [1])
    assert.deepEqual(
      findings.map(({ severity, title, fix, place, changesFiles }) => [severity, title, fix, place, changesFiles]),
      [
        ['error', 'The image of s3 cannot be pulled any more.', 'Show the change…', 'docker-compose.yml, line 2', true],
        ['warning', 'Passwords are the usual ones.', 'Show the change…', 'docker-compose.yml, line 2', true],
        ['warning', 'Everybody in your network can reach the services.', 'Show the change…', 'docker-compose.yml, line 2', true],
        ['info', 'Old downloads take up space.', 'Remove them', null, false],
      ],
    )
  })

  it('mends what the user has agreed to, all that change files at once where asked', async () => {
    const { page, fixed, reviewed } = open()
    await page.call('examine', {})
    assert.deepEqual(await page.call('fix', { id: 1 }), { isDone: true })
    assert.deepEqual(await page.call('fixAll', {}), { isDone: true })
    assert.deepEqual(reviewed, [
      ['weakPassword', 'S3_SECRET_KEY'],
      ['imageGone weakPassword publishedToAll', 'S3_SECRET_KEY'],
    ])
    assert.deepEqual(fixed, ['weakPassword', 'imageGone weakPassword publishedToAll'])
  })

  it('leaves alone what the user did not agree to', async () => {
    const { page, fixed } = open({ agrees: false })
    await page.call('examine', {})
    assert.deepEqual(await page.call('fix', { id: 1 }), { isDone: false })
    assert.deepEqual(await page.call('fix', { id: 3 }), { isDone: false })
    assert.match(seen.messages.join(), /Remove the old downloads\?/)
    assert.deepEqual(fixed, [])
  })

  it('removes old downloads after a question', async () => {
    const { page, fixed } = open()
    await page.call('examine', {})
    answers.message = 'Remove'
    assert.deepEqual(await page.call('fix', { id: 3 }), { isDone: true })
    assert.deepEqual(fixed, ['leftovers'])
  })

  it('writes a setting', async () => {
    const tries = { tries: [], denied: null, version: null, memoryBytes: null, published: [] }
    const { page, fixed } = open({ findings: findingsOf({ engine: 'docker', container: tries }) })
    await page.call('examine', {})
    assert.deepEqual(await page.call('fix', { id: 0 }), { isDone: true })
    assert.deepEqual(answers.configuration, { 'stack.engine': 'local' })
    assert.deepEqual(fixed, [])
  })

  it('changes nothing in a folder that is not trusted, and shows why', async () => {
    const { page, fixed, shown } = open()
    await page.call('examine', {})
    workspace.isTrusted = false
    assert.deepEqual(await page.call('fix', { id: 0 }), { isDone: false })
    assert.deepEqual(fixed, [])
    assert.deepEqual(shown, ['The doctor changes things only in a trusted folder.'])
  })

  it('copies a report that holds no secret', async () => {
    const { page } = open()
    await page.call('copyReport', {})
    assert.equal(seen.clipboard, '')
    const examination = await page.call('examine', {})
    await page.call('copyReport', {})
    assert.equal(seen.clipboard, reportOf(examination))
    assert.match(seen.clipboard, /^\/project\/docker-compose\.yml, 1970-01-01T00:00:00\.005Z\n\n\[error\] The image of s3/)
    assert.ok(!seen.clipboard.includes('admin123'))
  })

  it('tells a finding of an earlier look apart', async () => {
    const { page, shown } = open()
    assert.deepEqual(await page.call('fix', { id: 0 }), { isDone: false })
    assert.deepEqual(shown, ['This finding is of an earlier look.'])
  })
})

const codes = (all: readonly Finding[]): string => all.map(({ code }) => code).join(' ')

function open({ agrees = true, findings }: { readonly agrees?: boolean; readonly findings?: readonly Finding[] } = {}) {
  const [toHost, toPage] = [new EventEmitter<unknown>(), new EventEmitter<unknown>()]
  const webview = {
    cspSource: 'csp',
    html: '',
    asWebviewUri: (uri: Uri) => uri,
    onDidReceiveMessage: toHost.event,
    postMessage: async (message: unknown) => toPage.fire(message),
  }
  const panel = pretend<WebviewPanel>({ webview, visible: true, iconPath: undefined, onDidDispose: new EventEmitter<void>().event })
  const [fixed, reviewed, shown] = [[] as string[], [] as string[][], [] as string[]]
  let asked: readonly Finding[] = []
  const diagnosis: Diagnosis = {
    engine: 'docker',
    file: '/project/docker-compose.yml',
    checkedAt: 5,
    findings: findings ?? findingsOf(factsOf(file, { leftovers: [{ folder: '/cache/old', bytes: 1 }] })),
    unchecked: [],
  }
  const doctor: Doctor = {
    examine: async report => {
      report({ part: 'file', done: 1, total: 13 })
      return diagnosis
    },
    edits: async all => {
      asked = all
      return all.some(({ fix }) => fix?.kind === 'edit') ? [{ file: '/project/docker-compose.override.yml', before: null, after: 'x' }] : []
    },
    fix: async all => void fixed.push(codes(all)),
  }
  const deps = pretend<DoctorPanelDeps>({
    extensionUri: Uri.file('/ext'),
    lakehouse: async () => pretend<Lakehouse>({ doctor }),
    problems: { show: (error: unknown) => void shown.push(error instanceof Error ? error.message : '') },
    review: {
      agree: async (_edits: unknown, secrets: readonly string[]) => {
        reviewed.push([codes(asked), ...secrets])
        return agrees
      },
      dispose: () => {},
    },
  })
  serveDoctor(panel, deps)
  const page = new Peer<DoctorPage, DoctorHost>(
    { post: message => toHost.fire(message), listen: toPage.event },
    { examineAgain: async () => {} },
  )
  toHost.fire(readyMessage)
  return { page, fixed, reviewed, shown }
}
