import assert from 'node:assert/strict'
import { formatRecord, parseRecord, type StackRecord } from '#stack/local/record.ts'

const record: StackRecord = {
  secrets: { s3: { accessKeyId: 'key', secretAccessKey: 'secret' }, sparkToken: 'token' },
  clusterSecret: 'cluster',
  services: {
    s3: { process: { pid: 11, started: 'boot:1' }, ports: { main: 9000 }, since: 5, urls: {} },
    'spark-connect': {
      process: { pid: 12, started: 'boot:2' },
      ports: { main: 15_002, ui: 4040 },
      since: 6,
      urls: { s3: 'http://127.0.0.1:9000' },
      identity: 'definition',
    },
    'my.worker_1#2': { process: { pid: 13, started: 'boot:3' }, ports: { main: 8082 }, since: 7, urls: {}, isEnding: true },
  },
  starting: { mlflow: { mark: 'b2f0-mark', ports: { main: 5000 }, since: 8, urls: {} } },
}

describe('the discovery file', () => {
  it('is read as it was written', () => {
    assert.deepEqual(parseRecord(JSON.parse(formatRecord(record, '/project'))), record)
  })

  it('gives what is sound in a damaged or newer file', () => {
    assert.deepEqual(
      [undefined, 'text', [], { services: 7 }, { services: { s3: { process: { pid: '11' } } } }].map(parseRecord),
      Array.from({ length: 5 }, () => ({ services: {}, starting: {} })),
    )
    const { s3 } = record.services
    const damaged = {
      secrets: { s3: {} },
      services: { s3: { ...s3, extra: 1, ports: { main: 9000, bad: 70_000 } }, 'spark-connect': null, '..': s3, 'a/b': s3, 'x#0': s3 },
      starting: { s3: { ...s3, mark: 'a b' }, mlflow: 7 },
    }
    assert.deepEqual(parseRecord(damaged), { services: { s3 }, starting: {} })
  })

  it('reads what older versions wrote', () => {
    const { s3 } = record.services
    assert.deepEqual(parseRecord({ projectFolder: '/p', secrets: record.secrets, services: { s3 } }), {
      secrets: record.secrets,
      services: { s3 },
      starting: {},
    })
  })
})
