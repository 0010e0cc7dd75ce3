import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { themes, themeVariables } from '../../support/pageHarness.ts'

/** Variables of VS Code that no default theme sets. */
const unsetByDefault = ['--vscode-list-inactiveSelectionForeground']

const sheets = readdirSync('webview', { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.css'))
const styles = sheets.map(name => readFileSync(`webview/${name}`, 'utf8')).join('\n')

describe('styles of the pages', () => {
  it('use only variables that VS Code sets', () => {
    const known = new Set([...themes.flatMap(theme => Object.keys(themeVariables(theme))), ...unsetByDefault])
    const used = new Set(Array.from(styles.matchAll(/--vscode-[\w-]+/g), match => match[0]))
    assert.deepEqual(
      [...used].filter(name => !known.has(name)),
      [],
    )
  })

  it('name no colour of their own', () => {
    assert.deepEqual(styles.match(/#[\da-f]{3,8}\b|\brgba?\(|\bhsla?\(/gi), null)
  })
})
