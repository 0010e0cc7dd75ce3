import assert from 'node:assert/strict'
import { parsePipConfig, pipSettingsOf, uvVariables } from '#runtime/pipSettings.ts'

describe('the settings of pip', () => {
  it('are read from its own list, a nearer section winning', () => {
    const lines = [
      ":env:.index-url='https://env.example/simple'",
      "global.index-url='https://global.example/simple'",
      "global.extra-index-url='https://one.example\\nhttps://two.example'",
      'global.cert="/it\'s/here.pem"',
      "wheel.index-url='https://other.example'",
      'nonsense',
    ]
    assert.deepEqual(parsePipConfig(lines), {
      'index-url': 'https://env.example/simple',
      'extra-index-url': 'https://one.example\nhttps://two.example',
      cert: "/it's/here.pem",
    })
  })

  it('are those of the environment where pip cannot be asked', () => {
    assert.deepEqual(pipSettingsOf({ PIP_INDEX_URL: 'https://i.example', PIP_CERT: '', OTHER: 'x' }), { 'index-url': 'https://i.example' })
  })

  it('become those of uv', () => {
    const pip = {
      'index-url': 'https://user:secret@i.example/simple',
      'extra-index-url': 'https://one.example\nhttps://two.example',
      'find-links': '/wheels /more',
      'trusted-host': 'i.example',
      proxy: 'http://proxy.example:3128',
      cert: '/ca.pem',
      'default-timeout': '180',
    }
    assert.deepEqual(uvVariables(pip, {}), {
      UV_DEFAULT_INDEX: 'https://user:secret@i.example/simple',
      UV_INDEX: 'https://one.example https://two.example',
      UV_FIND_LINKS: '/wheels,/more',
      UV_INSECURE_HOST: 'i.example',
      UV_HTTP_TIMEOUT: '180',
      SSL_CERT_FILE: '/ca.pem',
      HTTPS_PROXY: 'http://proxy.example:3128',
      HTTP_PROXY: 'http://proxy.example:3128',
      UV_INDEX_STRATEGY: 'unsafe-best-match',
      UV_SYSTEM_CERTS: 'true',
    })
  })

  it('give way to what the user set for uv', () => {
    const env = {
      UV_DEFAULT_INDEX: 'https://mine.example',
      UV_SYSTEM_CERTS: 'false',
      UV_INDEX_STRATEGY: 'first-index',
      https_proxy: 'http://p',
    }
    assert.deepEqual(uvVariables({ 'index-url': 'https://i.example', proxy: 'http://q' }, env), { HTTP_PROXY: 'http://q' })
  })
})
