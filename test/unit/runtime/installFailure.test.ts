import assert from 'node:assert/strict'
import { installFailure } from '#runtime/installFailure.ts'

describe('a failed installation', () => {
  it('names the cause rather than its last consequence', () => {
    assert.deepEqual(
      [
        said(
          "WARNING: Retrying after NewConnectionError('Failed to establish a new connection: [Errno 111]')",
          'ERROR: No matching distribution found for uv',
        ),
        said('error: Failed to fetch', '  Caused by: invalid peer certificate: UnknownIssuer'),
        said('sun.security.validator.ValidatorException: PKIX path building failed'),
        said('OSError: [Errno 28] No space left on device'),
        said('Resolved 3 packages', 'error: Hash mismatch for `six==1.17.0`', 'Expected:'),
        said('Resolved 3 packages', 'error: Failed to build `six==1.17.0`', ''),
        said(),
      ],
      [
        'unreachable: Cannot install uv: the server cannot be reached.',
        'unreachable: Cannot install uv: the certificate of the server is not trusted.',
        'unreachable: Cannot install uv: the certificate of the server is not trusted.',
        'exhausted: Cannot install uv: the disk is full.',
        'corrupt: Cannot install uv: a package has other content than the lock demands.',
        'failed: Cannot install uv: error: Failed to build `six==1.17.0`',
        'failed: Cannot install uv: no reason was given',
      ],
    )
  })

  it('keeps the last lines for whoever wants to know more', () => {
    const lines = Array.from({ length: 30 }, (_, index) => `line ${index}`)
    assert.equal(installFailure('uv', lines).details?.['log'], lines.slice(10).join('\n'))
  })
})

function said(...lines: readonly string[]): string {
  const { code, message } = installFailure('uv', lines)
  return `${code}: ${message}`
}
