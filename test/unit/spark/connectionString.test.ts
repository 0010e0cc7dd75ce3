import assert from 'node:assert/strict'
import { isProblem } from '#base/errors.ts'
import { parseConnectionString } from '#spark/connectionString.ts'

describe('Spark connection string', () => {
  it('reads host and port', () => {
    assert.deepEqual(parseConnectionString('sc://localhost:15999'), { host: 'localhost', port: 15_999, tls: false, headers: {} })
  })

  it('uses the usual port when none is named', () => {
    assert.equal(parseConnectionString('sc://spark.example.org/').port, 15_002)
  })

  it('reads settings, decodes values and sends the rest as headers', () => {
    const text =
      'sc://[::1]:443/;use_ssl=true;token=a%3Bb%3D;user_id=Zo%C3%AB;session_id=7c9e6679-7425-40de-944b-e07fc1f90ae7;x-org=42;grpc_max_message_size=9'
    assert.deepEqual(parseConnectionString(text), {
      host: '::1',
      port: 443,
      tls: true,
      token: 'a;b=',
      userId: 'Zoë',
      sessionId: '7c9e6679-7425-40de-944b-e07fc1f90ae7',
      headers: { 'x-org': '42' },
    })
  })

  it('takes settings without a slash too', () => {
    assert.equal(parseConnectionString('sc://h:1;use_ssl=true').tls, true)
  })

  const transports: readonly (readonly [text: string, kept: string | undefined, tls: boolean])[] = [
    ['sc://example.org/;token=t', undefined, true],
    ['sc://example.org', 'kept', true],
    ['sc://example.org/;use_ssl=false', 'kept', false],
    ['sc://localhost/;token=t', undefined, false],
    ['sc://127.0.0.1', 'kept', false],
    ['sc://[::1]', 'kept', false],
    ['sc://127.0.0.1/;use_ssl=true', 'kept', true],
    ['sc://localhost.example.org', 'kept', true],
    ['sc://127.example.org', 'kept', true],
    ['sc://example.org', undefined, false],
  ]
  for (const [text, kept, tls] of transports) {
    it(`sends ${kept === undefined ? 'no kept token' : 'a kept token'} to ${text} ${tls ? 'encrypted' : 'in the clear'}`, () => {
      assert.equal(parseConnectionString(text, kept).tls, tls)
    })
  }

  it('prefers the token that is written there', () => {
    assert.equal(parseConnectionString('sc://h/;token=written', 'kept').token, 'written')
  })

  for (const text of [
    '',
    'localhost:15002',
    'http://h:1',
    'sc://',
    'sc://:15002',
    'sc://h:0',
    'sc://h:99999',
    'sc://h:x',
    'sc://h/path',
    'sc://h/;novalue',
    'sc://h/;use_ssl=yes',
    'sc://h/;token=%zz',
    'sc://h/;session_id=1',
    'sc://user@h:1:2',
  ]) {
    it(`refuses ${text === '' ? 'an empty text' : text}`, () => {
      assert.throws(
        () => parseConnectionString(text),
        error => isProblem(error, 'invalid'),
      )
    })
  }

  it('keeps a token out of its complaint', () => {
    assert.throws(
      () => parseConnectionString('sc://h:1/;token=hushhush;use_ssl=maybe'),
      error => isProblem(error) && !`${error.message}${error.hint}`.includes('hush'),
    )
  })
})
