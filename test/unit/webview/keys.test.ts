import assert from 'node:assert/strict'
import { commandOf } from '../../../webview/shared/grid/keys.ts'
import { afterKey } from '../../../webview/preview/versionKeys.ts'

/** The command of a chord such as `Ctrl+Shift+End`. */
function command(chord: string) {
  const parts = chord.split('+')
  const has = (name: string): boolean => parts.slice(0, -1).includes(name)
  return commandOf({ key: parts.at(-1) ?? '', shiftKey: has('Shift'), ctrlKey: has('Ctrl'), metaKey: has('Cmd'), altKey: has('Alt') })
}

describe('keys of a grid', () => {
  it('move, and extend with Shift', () => {
    assert.deepEqual(command('ArrowDown'), { kind: 'move', direction: 'down', extend: false })
    assert.deepEqual(command('Shift+PageUp'), { kind: 'move', direction: 'pageUp', extend: true })
    assert.deepEqual(command('Ctrl+Home'), { kind: 'move', direction: 'gridStart', extend: false })
    assert.deepEqual(command('Cmd+Shift+ArrowDown'), { kind: 'move', direction: 'gridBottom', extend: true })
  })

  it('select, copy, open and resize', () => {
    assert.deepEqual(['Ctrl+a', 'Cmd+A', 'Ctrl+c', 'Enter', 'Escape', 'Alt+ArrowLeft', 'Alt+ArrowRight'].map(command), [
      { kind: 'selectAll' },
      { kind: 'selectAll' },
      { kind: 'copy' },
      { kind: 'toggleDetail' },
      { kind: 'closeDetail' },
      { kind: 'resize', by: -16 },
      { kind: 'resize', by: 16 },
    ])
    assert.deepEqual([commandOf(space('shiftKey')), commandOf(space('ctrlKey'))], [{ kind: 'selectRow' }, { kind: 'selectColumn' }])
  })

  it('leave all others to VS Code', () => {
    const others = [
      'Tab',
      'a',
      'F1',
      'Ctrl+Shift+c',
      'Ctrl+Shift+p',
      'Ctrl+Enter',
      'Shift+Enter',
      'Alt+ArrowUp',
      'Ctrl+Alt+ArrowLeft',
      'Ctrl+PageDown',
    ]
    assert.deepEqual(
      others.map(command),
      others.map(() => undefined),
    )
  })
})

describe('keys of the version list', () => {
  const versions = Array.from({ length: 30 }, (_, i) => 30 - i)

  it('walk through the versions and stop at the ends', () => {
    assert.deepEqual(
      ['ArrowDown', 'ArrowUp', 'PageDown', 'PageUp', 'Home', 'End'].map(key => afterKey(versions, 20, key)),
      [19, 21, 10, 30, 30, 1],
    )
    assert.equal(afterKey(versions, 1, 'ArrowDown'), 1)
    assert.equal(afterKey(versions, 99, 'ArrowDown'), 29)
    assert.equal(afterKey(versions, 20, 'x'), undefined)
  })
})

function space(modifier: 'shiftKey' | 'ctrlKey') {
  return { key: ' ', shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, [modifier]: true }
}
