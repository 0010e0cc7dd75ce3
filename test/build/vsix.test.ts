import assert from 'node:assert/strict'
import { readdirSync, statSync } from 'node:fs'
import { listFiles, PackageManager } from '@vscode/vsce'

const packed = 'build/dataflow-lab.vsix'

describe('VSIX', () => {
  it('weighs at most 5 MB', () => {
    const { size } = statSync(packed)
    assert.ok(size <= 5_000_000, `${size} bytes`)
  })

  it('holds the bundles, the texts and the resources, and nothing else', async () => {
    const files = (await packedFiles()).filter(file => !resources.test(file))
    assert.deepEqual(files.toSorted(), [
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'dist/cli.cjs',
      'dist/core.cjs',
      'dist/docker.cjs',
      'dist/extension.cjs',
      'dist/grpc.cjs',
      'dist/s3.cjs',
      'dist/webview/doctor.css',
      'dist/webview/doctor.js',
      'dist/webview/preview.css',
      'dist/webview/preview.js',
      'dist/webview/result.js',
      'dist/webview/run.css',
      'dist/webview/run.js',
      'dist/worker.cjs',
      'media/icon.png',
      'package.json',
      'package.nls.json',
      'package.nls.pt-br.json',
    ])
  })

  it('holds every lock file, so that the stack can be installed from it', async () => {
    const files = new Set(await packedFiles())
    const locks = readdirSync('locks').map(name => `locks/${name}`)
    assert.deepEqual(
      locks.filter(file => !files.has(file)),
      [],
    )
  })
})

async function packedFiles(): Promise<readonly string[]> {
  return await listFiles({ packageManager: PackageManager.None })
}

const resources =
  /^(?:l10n\/bundle\.l10n(?:\.[\w-]+)?\.json|locks\/[\w.-]+|media\/[\w./-]+\.svg|syntaxes\/[\w.-]+\.json|templates\/[\w./-]+)$/
