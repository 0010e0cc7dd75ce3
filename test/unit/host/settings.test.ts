import assert from 'node:assert/strict'
import { silentLog } from '#base/log.ts'
import { defaultSettings, type Settings } from '#app/settings.ts'
import { createSettings, parseSettings } from '#host/settings.ts'
import { changeConfiguration, reset } from '../../fakes/vscode.ts'

const parse = (values: Readonly<Record<string, unknown>>): Settings => parseSettings(key => values[key], silentLog)

describe('settings', () => {
  beforeEach(reset)

  it('takes what is sensible and the default for the rest', () => {
    assert.deepEqual(parse({ 'results.maxRows': 50, 'results.maxBytes': 'many' }), { ...defaultSettings, resultRows: 50 })
    assert.deepEqual(parse({ connections: 'none', 'results.maxRows': 0 }), defaultSettings)
  })

  it('leaves out entries that are no connection, and the second of a name', () => {
    const connections = [
      { name: ' minio ', endpoint: 'http://localhost:9000', pathStyle: true, buckets: ['a', 7], secret: 'x' },
      { endpoint: 'http://nameless' },
      null,
      { name: 'minio', region: 'eu-west-1' },
      { name: 'disk', folder: '/lake', spark: '' },
    ]
    assert.deepEqual(parse({ connections }).connections, [
      { name: 'minio', endpoint: 'http://localhost:9000', pathStyle: true, buckets: ['a'] },
      { name: 'disk', folder: '/lake' },
    ])
  })

  it('announces the new settings, until it is disposed', () => {
    const settings = createSettings(silentLog)
    const seen: number[] = []
    settings.onDidChange(({ resultRows }) => seen.push(resultRows))
    changeConfiguration({ 'results.maxRows': 5 })
    settings.dispose()
    changeConfiguration({ 'results.maxRows': 6 })
    assert.deepEqual([seen, settings.current.resultRows], [[5], 5])
  })
})
