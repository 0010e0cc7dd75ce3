import assert from 'node:assert/strict'
import { definedSecrets } from '#stack/definedSecrets.ts'
import { composeProject, composeService } from '../../support/composeProject.ts'

describe('the secrets of a definition', () => {
  it('are those of its object store and of Spark', () => {
    const store = composeService('minio', {
      labels: { 'dataflow.role': 's3' },
      environment: { MINIO_ROOT_USER: 'u', MINIO_ROOT_PASSWORD: 'p' },
    })
    const spark = composeService('spark-connect', { environment: { SPARK_CONNECT_AUTHENTICATE_TOKEN: 't' } })
    assert.deepEqual(definedSecrets(composeProject([store, spark])), {
      s3: { accessKeyId: 'u', secretAccessKey: 'p' },
      sparkToken: 't',
    })
  })

  it('are absent where it leaves them open or gives half', () => {
    const half = composeService('s3', { environment: { AWS_ACCESS_KEY_ID: 'u', AWS_SECRET_ACCESS_KEY: '' } })
    assert.deepEqual(definedSecrets(composeProject([half])), {})
  })
})
