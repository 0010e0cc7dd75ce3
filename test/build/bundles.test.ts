import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Metafile } from 'esbuild'

// SAFETY: scripts/build.ts wrote it from esbuild's own metafiles.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const meta = JSON.parse(readFileSync('build/meta.json', 'utf8')) as Metafile

describe('bundles', () => {
  it('keep client libraries out of the extension bundle, which VS Code loads at once', () => {
    const inputs = inputsOf('dist/extension.cjs')
    const heavy = ['@aws-sdk/', '@smithy/', '@grpc/', '@bufbuild/', 'apache-arrow/', 'hyparquet', 'dockerode/'].filter(name =>
      inputs.some(input => input.includes(`node_modules/${name}`)),
    )
    assert.deepEqual(heavy, [])
  })

  it('keep the S3 and the gRPC library in a bundle each, which is loaded on first use', () => {
    for (const output of ['dist/core.cjs', 'dist/worker.cjs', 'dist/cli.cjs']) {
      const inputs = inputsOf(output).filter(input => /node_modules\/(?:@aws-sdk|@smithy|@grpc)\//.test(input))
      assert.deepEqual(inputs, [], output)
    }
    assert.ok(inputsOf('dist/s3.cjs').some(input => input.includes('@aws-sdk/client-s3')))
    assert.ok(inputsOf('dist/grpc.cjs').some(input => input.includes('@grpc/grpc-js')))
  })

  it('keep the library of container engines in its own bundle, without SSH, gRPC and anything native', () => {
    for (const output of ['dist/core.cjs', 'dist/worker.cjs', 'dist/cli.cjs']) {
      assert.deepEqual(
        inputsOf(output).filter(input => /node_modules\/(?:dockerode|docker-modem|tar-fs)\//.test(input)),
        [],
        output,
      )
    }
    const inputs = inputsOf('dist/docker.cjs')
    assert.ok(inputs.some(input => input.includes('node_modules/dockerode/')))
    assert.deepEqual(
      inputs.filter(input => /node_modules\/(?:ssh2|cpu-features|protobufjs|@grpc)\/|\.node$/.test(input)),
      [],
    )
    assertAtMost(statSync('dist/docker.cjs').size, 200_000)
    const script =
      "const { Docker, pack, dockerIgnore } = require('./dist/docker.cjs'); new Docker({ socketPath: '/none' }); process.stdout.write([Docker, pack, dockerIgnore].map(value => typeof value).join())"
    assert.equal(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' }), 'function,function,function')
  })

  it('keep the extension bundle within 300 kB', () => {
    assertAtMost(statSync('dist/extension.cjs').size, 300_000)
  })

  it('keep the preview page within 200 kB gzip', () => {
    assertAtMost(gzipSize('dist/webview/preview.js') + gzipSize('dist/webview/preview.css'), 200_000)
  })

  it('keep the page of a run within 60 kB gzip', () => {
    assertAtMost(gzipSize('dist/webview/run.js') + gzipSize('dist/webview/run.css'), 60_000)
  })

  it("keep the doctor's page within 20 kB gzip", () => {
    assertAtMost(gzipSize('dist/webview/doctor.js') + gzipSize('dist/webview/doctor.css'), 20_000)
  })

  it('keep the result renderer within 90 kB gzip, as one module', () => {
    assertAtMost(gzipSize('dist/webview/result.js'), 90_000)
    assert.deepEqual(meta.outputs['dist/webview/result.js']?.imports, [])
    assert.deepEqual(meta.outputs['dist/webview/result.js']?.exports, ['activate'])
  })

  it('leave VS Code and core as the only requires of the extension besides Node', () => {
    const required = meta.outputs['dist/extension.cjs']?.imports.map(({ path }) => path).filter(path => !path.startsWith('node:'))
    assert.deepEqual([...new Set(required)].toSorted(), ['./core.cjs', 'vscode'])
  })

  it('give a command line that runs by itself', () => {
    assert.match(execFileSync(resolve('dist/cli.cjs'), ['--help'], { encoding: 'utf8' }), /^Usage: dataflow/m)
  })
})

/** The files that ended up in an output. */
function inputsOf(output: string): string[] {
  const inputs = Object.keys(meta.outputs[output]?.inputs ?? {})
  assert.notEqual(inputs.length, 0, `${output} was built`)
  return inputs
}

function gzipSize(file: string): number {
  return gzipSync(readFileSync(file)).length
}

function assertAtMost(actual: number, limit: number): void {
  assert.ok(actual <= limit, `${actual} bytes, at most ${limit}`)
}
