import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import * as ids from '#host/ids.ts'
import { defaultSettings } from '#app/settings.ts'
import { resultMime } from '#protocol/result.ts'

const parse = (file: string): Record<string, unknown> => JSON.parse(readFileSync(file, 'utf8'))
const manifestText = readFileSync('package.json', 'utf8')
const manifest = JSON.parse(manifestText)
const { contributes } = manifest
const sorted = (values: readonly string[]): readonly string[] => values.toSorted()
const placeholders = (text: string): readonly string[] => sorted(text.match(/\{\d+\}/g) ?? [])
/** Every `command:` link and placeholder must survive a translation. */
const links = (text: string): readonly string[] => sorted(text.match(/\]\(command:[^)]+\)/g) ?? [])

describe('manifest', () => {
  it('contributes the commands of ids.ts, all of them and no other', () => {
    assert.deepEqual(sorted(contributes.commands.map((entry: { command: string }) => entry.command)), sorted(Object.values(ids.commands)))
  })

  it('has the views, panel, kernel and renderer of ids.ts', () => {
    assert.deepEqual(
      contributes.viewsContainers.activitybar.map((entry: { id: string }) => entry.id),
      [ids.viewContainer],
    )
    assert.deepEqual(
      sorted(contributes.views[ids.viewContainer].map((entry: { id: string }) => entry.id)),
      sorted(Object.values(ids.views)),
    )
    assert.deepEqual(manifest.activationEvents, [
      `onNotebook:${ids.notebook.type}`,
      `onWebviewPanel:${ids.previewPanelType}`,
      `onWebviewPanel:${ids.runPanelType}`,
      `onWebviewPanel:${ids.doctorPanelType}`,
      'onLanguage:dockercompose',
    ])
    const [renderer] = contributes.notebookRenderer
    assert.deepEqual([renderer.id, renderer.mimeTypes], [ids.notebook.renderer, [resultMime]])
    assert.equal(`${manifest.publisher}.${manifest.name}`, ids.extensionId)
  })

  it('has the settings of ids.ts with the defaults of the app', () => {
    const { properties } = contributes.configuration
    const expected = {
      [`${ids.settingsSection}.${ids.settingKeys.connections}`]: defaultSettings.connections,
      [`${ids.settingsSection}.${ids.settingKeys.resultRows}`]: defaultSettings.resultRows,
      [`${ids.settingsSection}.${ids.settingKeys.resultBytes}`]: defaultSettings.resultBytes,
      [`${ids.settingsSection}.${ids.settingKeys.stackEngine}`]: defaultSettings.stackEngine,
    }
    const defaults = Object.entries(properties).map(([key, value]) => [key, Reflect.get(Object(value), 'default')])
    assert.deepEqual(Object.fromEntries(defaults), expected)
  })

  it('names in menus, welcome texts and when clauses only what there is', () => {
    const known = new Set<string>([...Object.values(ids.commands), ...Object.values(ids.views), ...Object.values(ids.contextKeys)])
    const english = readFileSync('package.nls.json', 'utf8')
    const used =
      `${JSON.stringify([contributes.menus, contributes.viewsWelcome])}${english}`.match(/dataflow\.[a-zA-Z]+(?:\.[a-zA-Z]+)?/g) ?? []
    const settings = Object.keys(contributes.configuration.properties)
    assert.deepEqual(
      used.filter(id => !known.has(id) && !settings.includes(id)),
      [],
    )
  })

  it('restricts in an untrusted folder every setting that names a place', () => {
    assert.deepEqual(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations, ['dataflow.connections'])
  })

  it('points at pictures that exist', () => {
    const pictures = (manifestText.match(/media\/[^"]+/g) ?? []).filter(file => !existsSync(file))
    assert.deepEqual(pictures, [])
  })
})

describe('translations', () => {
  const english = parse('package.nls.json')
  const portuguese = parse('package.nls.pt-br.json')

  it('have the same keys of the manifest, each used', () => {
    assert.deepEqual(Object.keys(portuguese), Object.keys(english))
    const used = new Set([...manifestText.matchAll(/"%([^%"]+)%"/g)].map(match => match[1]))
    assert.deepEqual(sorted([...used].map(String)), sorted(Object.keys(english)))
  })

  it('keep the command links of the English text', () => {
    const wrong = Object.entries(english).filter(([key, text]) => links(String(portuguese[key])).join() !== links(String(text)).join())
    assert.deepEqual(wrong, [])
  })

  it('cover every text of the code, and no other, with its placeholders', () => {
    const bundle = parse('l10n/bundle.l10n.pt-br.json')
    const texts = sorted([...new Set(sourceTexts())])
    assert.deepEqual(sorted(Object.keys(bundle)), texts)
    const wrong = texts.filter(text => placeholders(text).join() !== placeholders(String(bundle[text])).join())
    assert.deepEqual(wrong, [])
  })
})

/** Every literal given to l10n.t; a call with anything but a literal fails the test. */
function sourceTexts(): readonly string[] {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.ts'))
  return files.flatMap(name => {
    const source = readFileSync(`src/${name}`, 'utf8')
    const calls = source.match(/l10n\.t\(/g)?.length ?? 0
    const texts = [...source.matchAll(/l10n\.t\(\s*'((?:[^'\\]|\\.)*)'/g)].map(match => (match[1] ?? '').replaceAll("\\'", "'"))
    assert.equal(texts.length, calls, `${name} translates something that is no literal`)
    return texts
  })
}
