import assert from 'node:assert/strict'
import { parseImageName } from '#stack/docker/imageName.ts'
import { PullProgress } from '#stack/docker/pullProgress.ts'
import type { ProgressLine } from '#stack/docker/wire.ts'

const takeAll = (lines: readonly ProgressLine[]) => {
  const progress = new PullProgress()
  return lines.map(line => progress.take(line))
}

const downloading = (done: number, total?: number) => ({ phase: 'downloading', done, ...(total === undefined ? {} : { total }) })

const unpacking = (done: number) => ({ phase: 'unpacking', done, total: 150 })

describe('the progress of a pull', () => {
  it('is the sum of the layers, without a total while one of them is not known', () => {
    const states = takeAll([
      { id: '1', status: 'Pulling from dftest/one' },
      { id: 'base', status: 'Already exists' },
      { id: 'a', status: 'Pulling fs layer' },
      { id: 'b', status: 'Pulling fs layer' },
      { id: 'b', status: 'Waiting' },
      { id: 'a', status: 'Downloading', current: 10, total: 100 },
      { id: 'b', status: 'Downloading', current: 5, total: 50 },
      { id: 'a', status: 'Verifying Checksum' },
      { id: 'a', status: 'Download complete' },
      { id: 'a', status: 'Extracting', current: 100, total: 100 },
      { id: 'b', status: 'Download complete' },
      { id: 'a', status: 'Pull complete' },
      { id: 'b', status: 'Extracting', current: 25, total: 50 },
      { id: 'b', status: 'Pull complete' },
      { status: 'Digest: sha256:1' },
    ])
    assert.deepEqual(states, [
      undefined,
      undefined,
      downloading(0),
      downloading(0),
      downloading(0),
      downloading(10),
      downloading(15, 150),
      downloading(105, 150),
      downloading(105, 150),
      downloading(105, 150),
      unpacking(100),
      unpacking(100),
      unpacking(125),
      unpacking(150),
      undefined,
    ])
  })

  it('goes on with the words of the containerd store, where small layers have no size', () => {
    const states = takeAll([
      { id: 'a', status: 'Pulling fs layer' },
      { id: 'a', status: 'Download complete' },
      { id: 'b', status: 'Downloading', current: 3, total: 9 },
      { id: 'b', status: 'Download complete' },
      { id: 'a', status: 'Pull complete' },
      { id: 'b', status: 'Pull complete' },
    ])
    assert.deepEqual(states.at(2), { phase: 'downloading', done: 3, total: 9 })
    assert.deepEqual(states.at(-1), { phase: 'unpacking', done: 9, total: 9 })
  })
})

describe('the name of an image', () => {
  it('has a repository, a tag and maybe a digest', () => {
    const digest = `sha256:${'a'.repeat(64)}`
    assert.deepEqual(parseImageName('nginx'), { repository: 'nginx', tag: 'latest' })
    assert.deepEqual(parseImageName('127.0.0.1:5000/a/b'), { repository: '127.0.0.1:5000/a/b', tag: 'latest' })
    assert.deepEqual(parseImageName('127.0.0.1:5000/a/b:2'), { repository: '127.0.0.1:5000/a/b', tag: '2' })
    assert.deepEqual(parseImageName(`rustfs/rustfs:1.0.0@${digest}`), { repository: 'rustfs/rustfs', tag: '1.0.0', digest })
  })
})
