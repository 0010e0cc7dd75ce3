import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'
import { proxyOptions } from '#runtime/javaProxy.ts'
import { derOf, javaStore, trustOptions } from '#runtime/trustStore.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

describe('what Java is told of the network', () => {
  const folder = temporaryFolder()

  it('is a store of one entry in the JKS format', () => {
    const store = javaStore([Uint8Array.of(1, 2, 3)])
    const entry = ['00000002', '0004', '63612d30', '0000000000000000', '0005', '582e353039', '00000003', '010203'].join('')
    const body = `feedfeed0000000200000001${entry}`
    assert.equal(store.toString('hex').slice(0, -40), body)
    const seal = createHash('sha1')
      .update(Buffer.from('\0c\0h\0a\0n\0g\0e\0i\0t'))
      .update('Mighty Aphrodite')
      .update(Buffer.from(body, 'hex'))
    assert.equal(store.toString('hex').slice(-40), seal.digest('hex'))
  })

  it('trusts the named certificates beside the usual ones, each once', async () => {
    const file = join(folder(), 'extra.pem')
    const [known = ''] = rootCertificates
    await writeFile(file, `# comment\n${known}\n-----BEGIN CERTIFICATE-----\nAQID\n-----END CERTIFICATE-----\n`)
    const [option = ''] = await trustOptions({ env: { NODE_EXTRA_CA_CERTS: file }, cache: folder() })
    const store = await readFile(option.replace('-Djavax.net.ssl.trustStore=', ''))
    assert.equal(store.readUInt32BE(8), new Set(rootCertificates.flatMap(derOf)).size + 1)
  })

  it('is the proxy of the usual variables, without its password', () => {
    const env = { https_proxy: 'http://user:secret@proxy.example:3128', HTTP_PROXY: 'proxy.example', no_proxy: 'localhost,.example.com' }
    assert.deepEqual(proxyOptions(env), [
      '-Dhttp.proxyHost=proxy.example',
      '-Dhttp.proxyPort=80',
      '-Dhttps.proxyHost=proxy.example',
      '-Dhttps.proxyPort=3128',
      '-Dhttp.nonProxyHosts=localhost|*.localhost|example.com|*.example.com',
    ])
    assert.deepEqual(proxyOptions({ no_proxy: 'localhost' }), [])
  })
})
