import assert from 'node:assert/strict'
import { diagnosisJson, diagnosisText, editsText } from '#cli/doctorText.ts'
import type { Diagnosis } from '#doctor/examine.ts'
import { findingsOf } from '#doctor/rules.ts'
import { factsOf } from '../../support/doctorFacts.ts'

const file = `services:
  s3: { image: minio/minio, environment: { MINIO_ROOT_PASSWORD: admin123 } }
`
const diagnosis: Diagnosis = {
  engine: 'docker',
  file: '/project/docker-compose.yml',
  checkedAt: 0,
  findings: findingsOf(factsOf(file)),
  unchecked: [{ part: 'buckets', why: 'it took too long' }],
}
const edit = { file: '/project/docker-compose.override.yml', before: null, after: 'services:\n  s3:\n    image: new\n' }

describe('the doctor in a terminal', () => {
  it('says each finding with its code and the way out, and what was not looked at', () => {
    assert.equal(
      diagnosisText(diagnosis),
      `/project/docker-compose.yml, run by the docker engine

x The image of s3 cannot be pulled any more.  [imageGone]
    minio/minio has left its registry.
    quay.io/minio/minio:RELEASE.2025-09-07T16-13-09Z takes its place. It is the same image and keeps its data, but gets no security updates any more; RustFS is maintained and needs a copy of the buckets.
    > dataflow stack doctor --fix imageGone

! Passwords are the usual ones.  [weakPassword]
    Known to everybody: s3: MINIO_ROOT_PASSWORD (line 2).
    The change takes them from .env, where each gets a random value. Programs that have the old ones noted need the new ones. Keep .env out of version control.
    > dataflow stack doctor --fix weakPassword

Not looked at
  Buckets: it took too long
`,
    )
    assert.equal(
      diagnosisText({ ...diagnosis, file: null, findings: [], unchecked: [] }),
      'The stack of this folder, run by the docker engine\n\nNothing stands out.\n',
    )
  })

  it('gives the same as JSON, with the change of a fix as a diff and no secret', async () => {
    const json = JSON.stringify(await diagnosisJson(diagnosis, async ({ fix }) => (fix?.kind === 'edit' ? [edit] : [])))
    const { findings, ...rest } = JSON.parse(json)
    assert.deepEqual(rest, {
      engine: 'docker',
      file: '/project/docker-compose.yml',
      checkedAt: '1970-01-01T00:00:00.000Z',
      unchecked: [{ part: 'buckets', why: 'it took too long' }],
    })
    assert.deepEqual(findings[1], {
      code: 'weakPassword',
      severity: 'warning',
      title: 'Passwords are the usual ones.',
      evidence: 'Known to everybody: s3: MINIO_ROOT_PASSWORD (line 2).',
      explanation:
        'The change takes them from .env, where each gets a random value. Programs that have the old ones noted need the new ones. Keep .env out of version control.',
      steps: [],
      facts: { variables: [{ file: '/project/docker-compose.yml', line: 2, service: 's3', variable: 'MINIO_ROOT_PASSWORD' }] },
      fix: {
        kind: 'edit',
        title: 'Show the change…',
        files: [{ file: edit.file, isNew: true, diff: '@@ -1 +1 @@\n+services:\n+  s3:\n+    image: new\n' }],
        newSecrets: ['S3_SECRET_KEY'],
      },
    })
    assert.ok(!json.includes('admin123'))
  })

  it('shows what it would write before it asks', () => {
    assert.equal(
      editsText([edit], diagnosis.findings),
      '/project/docker-compose.override.yml (new)\n@@ -1 +1 @@\n+services:\n+  s3:\n+    image: new\n\n.env gets a random value for S3_SECRET_KEY.',
    )
  })
})
