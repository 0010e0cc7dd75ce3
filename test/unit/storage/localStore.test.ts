import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isProblem } from '#base/errors.ts'
import { LocalStore } from '#storage/localStore.ts'
import { objectStoreContract } from '../../support/objectStoreContract.ts'

const never = new AbortController().signal

async function temporary(): Promise<{ folder: string; end: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'dataflow-store-'))
  return { folder, end: () => rm(folder, { recursive: true, force: true }) }
}

function isInvalidKey(error: unknown): boolean {
  return isProblem(error, 'invalid') && error.hint !== undefined
}

function isRefused(error: unknown): boolean {
  return isProblem(error, 'denied') && error.message.includes('leads out of')
}

describe('LocalStore', function () {
  this.timeout(20_000)
  objectStoreContract(async () => {
    const { folder, end } = await temporary()
    await mkdir(join(folder, 'store'))
    return { store: new LocalStore(join(folder, 'store')), end, order: 'utf8' }
  })

  describe('on a folder of its own', () => {
    let folder: string
    let store: LocalStore
    let end: () => Promise<void>
    beforeEach(async () => {
      ;({ folder, end } = await temporary())
      await mkdir(join(folder, 'lake/real'), { recursive: true })
      await mkdir(join(folder, 'outside'))
      await writeFile(join(folder, 'lake/real/one'), '1')
      await writeFile(join(folder, 'outside/secret'), '2')
      store = new LocalStore(join(folder, 'lake'))
    })
    afterEach(() => end())

    const listed = async (prefix = ''): Promise<string[]> => (await store.list({ prefix }, never)).objects.map(object => object.key)

    for (const key of ['../outside/secret', 'real/../../outside/secret', '/etc/passwd', '..', '.', '', 'a//b', 'a/', 'a\0b']) {
      it(`refuses the key ${JSON.stringify(key)} everywhere`, async () => {
        await assert.rejects(store.stat(key, never), isInvalidKey)
        await assert.rejects(store.read(key, undefined, never), isInvalidKey)
        await assert.rejects(store.put(key, new Uint8Array(1), never), isInvalidKey)
        await assert.rejects(store.delete(key, never), isInvalidKey)
        assert.deepEqual(await readdir(join(folder, 'outside')), ['secret'])
      })
    }

    it('refuses to list below a prefix with ..', async () => {
      await assert.rejects(store.list({ prefix: '../outside/' }, never), error => isProblem(error, 'invalid'))
      assert.deepEqual(await listed('..'), [])
    })

    it('answers notFound below a file', async () => {
      await assert.rejects(store.stat('real/one/below', never), error => isProblem(error, 'notFound'))
      await assert.rejects(store.read('real/one/below', undefined, never), error => isProblem(error, 'notFound'))
    })

    it('answers notFound when the folder itself is missing', async () => {
      const missing = new LocalStore(join(folder, 'missing'))
      await assert.rejects(missing.list({ prefix: '' }, never), error => isProblem(error, 'notFound'))
    })

    it('follows links to files and folders when it reads', async () => {
      await symlink(join(folder, 'outside'), join(folder, 'lake/linked'))
      await symlink(join(folder, 'outside/secret'), join(folder, 'lake/file'))
      assert.deepEqual(await listed(), ['file', 'linked/secret', 'real/one'])
      assert.equal(Buffer.from(await store.read('linked/secret', undefined, never)).toString(), '2')
    })

    it('leaves out dangling links and cuts loops', async () => {
      await symlink(join(folder, 'nowhere'), join(folder, 'lake/dangling'))
      await symlink(join(folder, 'lake'), join(folder, 'lake/real/up'))
      await mkdir(join(folder, 'lake/a'))
      await symlink(join(folder, 'lake/real'), join(folder, 'lake/a/to-real'))
      await symlink(join(folder, 'lake/a'), join(folder, 'lake/real/to-a'))
      assert.deepEqual(await listed(), ['a/to-real/one', 'real/one'])
    })

    it('writes and deletes nothing through a link that leaves the folder', async () => {
      await symlink(join(folder, 'outside'), join(folder, 'lake/linked'))
      await assert.rejects(store.put('linked/secret', new Uint8Array(1), never), isRefused)
      await assert.rejects(store.put('linked/deep/new', new Uint8Array(1), never), isRefused)
      await assert.rejects(store.delete('linked/secret', never), isRefused)
      assert.equal(await readFile(join(folder, 'outside/secret'), 'utf8'), '2')
    })

    it('deletes a link, not what it names', async () => {
      await symlink(join(folder, 'outside/secret'), join(folder, 'lake/file'))
      await store.delete('file', never)
      assert.deepEqual(await listed(), ['real/one'])
      assert.equal(await readFile(join(folder, 'outside/secret'), 'utf8'), '2')
    })

    it('does not show folders without a file, as S3 would not', async () => {
      await mkdir(join(folder, 'lake/empty/deeper'), { recursive: true })
      assert.deepEqual(await store.list({ prefix: '', delimiter: '/' }, never), { objects: [], prefixes: ['real/'] })
    })

    it('does not show a write that was cut off', async () => {
      await writeFile(join(folder, 'lake/.dataflow-00000000-0000-4000-8000-000000000000.part'), 'half')
      assert.deepEqual(await listed(), ['real/one'])
    })

    it('goes on with a page by another store with the same token', async () => {
      for (const name of ['a/1', 'a/2', 'b/1']) await store.put(name, new Uint8Array(1), never)
      const page = await store.list({ prefix: '', delimiter: '/', maxKeys: 1 }, never)
      assert.deepEqual([page.prefixes, page.next], [['a/'], 'a/'])
      const rest = await new LocalStore(join(folder, 'lake')).list({ prefix: '', delimiter: '/', continuation: 'a/' }, never)
      assert.deepEqual(rest, { objects: [], prefixes: ['b/', 'real/'] })
    })

    it('lists in pages what one folder holds in plenty', async () => {
      const names = Array.from({ length: 2500 }, (_, index) => `many/${String(index).padStart(20, '0')}.json`)
      await mkdir(join(folder, 'lake/many'))
      for (const name of names) await writeFile(join(folder, 'lake', name), '')
      const found: string[][] = []
      let next: string | undefined
      do {
        const page = await store.list({ prefix: 'many/', ...(next === undefined ? {} : { continuation: next }) }, never)
        found.push(page.objects.map(object => object.key))
        next = page.next
      } while (next !== undefined)
      assert.deepEqual(
        found.map(page => page.length),
        [1000, 1000, 500],
      )
      assert.deepEqual(found.flat(), names)
    })
  })
})
