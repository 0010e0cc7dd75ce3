import assert from 'node:assert/strict'
import { isProblem } from '#base/errors.ts'
import type { ListRequest, NamesRequest, ObjectStore, ObjectWriter } from '#storage/objectStore.ts'

type Store = ObjectStore & ObjectWriter

const never = new AbortController().signal
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8')
const bytes = (value: string): Uint8Array => new TextEncoder().encode(value)

const beforeOdd = ['a-b', 'a/1', 'a/2/x', 'a/2/y', 'a/3', 'a0', 'b/1', 'odd/ leading', 'odd/a b+c%20&<d>\'"', 'odd/ação']
const tilde = 'odd/\uff5e'
const smile = 'odd/\u{1f600}'

interface Fresh {
  /** An empty store. */
  readonly store: Store
  /** Clears it away. */
  readonly end: () => Promise<void>
  /** S3 says UTF-8; s3proxy sorts as Java does, which differs for keys beyond U+FFFF. */
  readonly order: 'utf8' | 'utf16'
}

/** What every object store does alike. */
export function objectStoreContract(fresh: () => Promise<Fresh>): void {
  let keys: readonly string[]
  let store: Store
  let end: () => Promise<void>

  before(async () => {
    const made = await fresh()
    store = made.store
    end = made.end
    keys = [...beforeOdd, ...(made.order === 'utf8' ? [tilde, smile] : [smile, tilde]), 'z']
    for (const key of keys) await store.put(key, bytes(`<${key}>`), never)
  })
  after(() => end())

  async function pages(request: ListRequest): Promise<string[][]> {
    const found: string[][] = []
    let continuation: string | undefined
    do {
      const page = await store.list({ ...request, ...(continuation === undefined ? {} : { continuation }) }, never)
      found.push([...page.objects.map(object => object.key), ...page.prefixes])
      continuation = page.next
      assert.ok(found.length < 50, 'the listing does not end')
    } while (continuation !== undefined)
    return found
  }

  async function listed(request: ListRequest): Promise<string[]> {
    return (await pages(request)).flat()
  }

  async function names(request: NamesRequest): Promise<string[]> {
    const { objects, next } = await store.listNames(request, never)
    assert.equal(next, undefined)
    for (const { key, info } of objects) if (info) assert.deepEqual([info.key, info.size], [key, bytes(`<${key}>`).byteLength])
    return objects.map(({ key }) => key)
  }

  it('lists all keys in UTF-8 order, odd ones unharmed', async () => {
    assert.deepEqual(await listed({ prefix: '' }), keys)
  })

  it('lists the keys that start with a prefix, also amid a name', async () => {
    assert.deepEqual(await listed({ prefix: 'a' }), ['a-b', 'a/1', 'a/2/x', 'a/2/y', 'a/3', 'a0'])
    assert.deepEqual(await listed({ prefix: 'a/' }), ['a/1', 'a/2/x', 'a/2/y', 'a/3'])
    assert.deepEqual(await listed({ prefix: 'a/2' }), ['a/2/x', 'a/2/y'])
  })

  it('lists nothing below a prefix that no key has', async () => {
    assert.deepEqual(await store.list({ prefix: 'nothing/here' }, never), { objects: [], prefixes: [] })
  })

  it('folds what lies below a further slash into prefixes', async () => {
    const page = await store.list({ prefix: '', delimiter: '/' }, never)
    assert.deepEqual(page.prefixes, ['a/', 'b/', 'odd/'])
    assert.deepEqual(
      page.objects.map(object => object.key),
      ['a-b', 'a0', 'z'],
    )
    const below = await store.list({ prefix: 'a/', delimiter: '/' }, never)
    assert.deepEqual([below.objects.map(object => object.key), below.prefixes], [['a/1', 'a/3'], ['a/2/']])
  })

  it('folds a prefix without a slash at its end to the folder itself', async () => {
    const page = await store.list({ prefix: 'a/2', delimiter: '/' }, never)
    assert.deepEqual([page.objects, page.prefixes], [[], ['a/2/']])
  })

  it('gives pages of the size asked for and a last page without next', async () => {
    assert.deepEqual(await pages({ prefix: 'a', maxKeys: 4 }), [
      ['a-b', 'a/1', 'a/2/x', 'a/2/y'],
      ['a/3', 'a0'],
    ])
    assert.deepEqual(await pages({ prefix: 'a', maxKeys: 6 }), [['a-b', 'a/1', 'a/2/x', 'a/2/y', 'a/3', 'a0']])
  })

  it('counts folded prefixes on a page and never gives one twice', async () => {
    assert.deepEqual(await pages({ prefix: '', delimiter: '/', maxKeys: 2 }), [
      ['a-b', 'a/'],
      ['a0', 'b/'],
      ['z', 'odd/'],
    ])
    assert.deepEqual(await pages({ prefix: '', delimiter: '/', maxKeys: 1 }), [['a-b'], ['a/'], ['a0'], ['b/'], ['odd/'], ['z']])
  })

  it('takes up a listing from a token that it gave before, as often as asked', async () => {
    const first = await store.list({ prefix: 'a', maxKeys: 2 }, never)
    assert.ok(first.next !== undefined)
    for (const _ of [1, 2]) {
      const second = await store.list({ prefix: 'a', maxKeys: 2, continuation: first.next }, never)
      assert.deepEqual(
        second.objects.map(object => object.key),
        ['a/2/x', 'a/2/y'],
      )
    }
  })

  it('lists only keys after startAfter, which need not exist', async () => {
    assert.deepEqual(await listed({ prefix: 'a', startAfter: 'a/2/x' }), ['a/2/y', 'a/3', 'a0'])
    assert.deepEqual(await listed({ prefix: 'a', startAfter: 'a/2' }), ['a/2/x', 'a/2/y', 'a/3', 'a0'])
    assert.deepEqual(await listed({ prefix: 'a/', startAfter: 'a/2/z' }), ['a/3'])
    assert.deepEqual(await listed({ prefix: '', startAfter: 'odd/ação' }), keys.slice(-3))
    assert.deepEqual(await pages({ prefix: 'a', startAfter: 'a/1', maxKeys: 2 }), [
      ['a/2/x', 'a/2/y'],
      ['a/3', 'a0'],
    ])
  })

  it('names the objects right below a folder, and sizes only where they are right', async () => {
    assert.deepEqual(await names({ folder: '' }), ['a-b', 'a0', 'z'])
    assert.deepEqual(await names({ folder: 'a/' }), ['a/1', 'a/3'])
    assert.deepEqual(await names({ folder: 'odd/' }), keys.slice(keys.indexOf('odd/ leading'), -1))
    assert.deepEqual(await names({ folder: 'a/', startAfter: 'a/1' }), ['a/3'])
    assert.deepEqual(await names({ folder: 'a/', startAfter: 'a/2/x' }), ['a/3'])
    assert.deepEqual(await names({ folder: 'a/', startAfter: 'a/9' }), [])
    assert.deepEqual(await names({ folder: 'nothing/' }), [])
  })

  it('reads the beginnings of many objects with their sizes and times, in the order asked', async () => {
    await store.put('empty', new Uint8Array(0), never)
    const heads = await store.readHeads(['z', 'a/2/x', 'empty', 'a/1'], 4, never)
    assert.deepEqual(
      heads.map(({ info, bytes: read }) => [info.key, info.size, text(read)]),
      [
        ['z', 3, '<z>'],
        ['a/2/x', 7, '<a/2'],
        ['empty', 0, ''],
        ['a/1', 5, '<a/1'],
      ],
    )
    for (const { bytes: read } of heads) assert.equal(read.buffer.byteLength, read.byteLength)
    const [described] = await store.readHeads(['a/2/x'], 0, never)
    const known = await store.stat('a/2/x', never)
    assert.deepEqual([described?.bytes.byteLength, described?.info.size], [0, known.size])
    assert.ok(Math.abs((described?.info.modified ?? 0) - known.modified) < 1000)
    assert.deepEqual(await store.readHeads([], 4, never), [])
    await store.delete('empty', never)
  })

  it('says size and time of an object', async () => {
    const before = Date.now() - 600_000
    const { key, size, modified } = await store.stat('a/2/x', never)
    assert.deepEqual({ key, size }, { key: 'a/2/x', size: 7 })
    assert.ok(modified > before && modified < Date.now() + 600_000)
    const [listing] = (await store.list({ prefix: 'a/2/x' }, never)).objects
    assert.equal(listing?.size, 7)
    assert.ok(Math.abs(listing.modified - modified) < 1000)
  })

  it('reads whole objects and half-open ranges as bytes of their own', async () => {
    const whole = await store.read('a/2/x', undefined, never)
    assert.equal(text(whole), '<a/2/x>')
    assert.equal(whole.constructor, Uint8Array)
    assert.equal(whole.buffer.byteLength, whole.byteLength)
    assert.equal(text(await store.read('a/2/x', { start: 1, end: 4 }, never)), 'a/2')
    assert.equal(text(await store.read('a/2/x', { start: 5, end: 1000 }, never)), 'x>')
  })

  it('reads nothing where a range is empty or begins beyond the object', async () => {
    assert.equal((await store.read('a/2/x', { start: 3, end: 3 }, never)).byteLength, 0)
    assert.equal((await store.read('a/2/x', { start: 7, end: 9 }, never)).byteLength, 0)
    assert.equal((await store.read('a/2/x', { start: 100, end: 200 }, never)).byteLength, 0)
  })

  it('keeps every byte of a large object', async () => {
    const large = Uint8Array.from({ length: 3_000_000 }, (_, index) => (index * 31 + (index >> 8)) & 0xff)
    await store.put('large/one', large, never)
    assert.deepEqual(await store.read('large/one', undefined, never), large)
    assert.deepEqual(await store.read('large/one', { start: 1_234_567, end: 1_234_999 }, never), large.slice(1_234_567, 1_234_999))
    await store.delete('large/one', never)
  })

  it('keeps an empty object', async () => {
    await store.put('empty', new Uint8Array(0), never)
    assert.equal((await store.stat('empty', never)).size, 0)
    assert.equal((await store.read('empty', undefined, never)).byteLength, 0)
    assert.equal((await store.read('empty', { start: 0, end: 10 }, never)).byteLength, 0)
    await store.delete('empty', never)
  })

  it('replaces an object and sees it at once', async () => {
    await store.put('new/one', bytes('first'), never)
    await store.put('new/one', bytes('second'), never)
    assert.equal(text(await store.read('new/one', undefined, never)), 'second')
    await store.delete('new/one', never)
    assert.deepEqual(await listed({ prefix: 'new' }), [])
  })

  it('answers notFound with the place for what is not there', async () => {
    for (const missing of ['nothing', 'a', 'a/2']) {
      const isMissing = (error: unknown): boolean => isProblem(error, 'notFound') && error.message.includes(store.locate(missing))
      await assert.rejects(store.stat(missing, never), isMissing)
      await assert.rejects(store.read(missing, undefined, never), isMissing)
      await assert.rejects(store.read(missing, { start: 0, end: 5 }, never), isMissing)
      for (const most of [0, 5]) await assert.rejects(store.readHeads(['z', missing], most, never), isMissing)
    }
  })

  it('deletes what is not there without an error', async () => {
    await store.delete('nothing/at/all', never)
  })

  it('does nothing and throws the reason once the signal has aborted', async () => {
    const reason = new Error('enough')
    const aborted = AbortSignal.abort(reason)
    await assert.rejects(store.list({ prefix: '' }, aborted), reason)
    await assert.rejects(store.listNames({ folder: '' }, aborted), reason)
    await assert.rejects(store.readHeads(['z'], 5, aborted), reason)
    await assert.rejects(store.stat('z', aborted), reason)
    await assert.rejects(store.read('z', undefined, aborted), reason)
    await assert.rejects(store.put('aborted', bytes('x'), aborted), reason)
    await assert.rejects(store.delete('z', aborted), reason)
    assert.deepEqual(await listed({ prefix: 'aborted' }), [])
  })
}
