import assert from 'node:assert/strict'
import { createProblems, textAt, type Problems, type Tree } from '#compose/tree.ts'
import { readBytes, readCommand, readDuration } from '#compose/values.ts'

/** What each text is read as; undefined where it is refused. */
function table<T>(read: (tree: Tree | undefined, problems: Problems) => T, rows: readonly (readonly [text: string, value: T])[]): void {
  for (const [text, value] of rows) {
    it(`${JSON.stringify(text)} is ${JSON.stringify(value) ?? 'refused'}`, () => {
      const problems = createProblems()
      assert.deepEqual(read(textAt(text, { file: 'f', line: 1, column: 1 }), problems), value)
      assert.equal(problems.errors.length, value === undefined ? 1 : 0)
    })
  }
}

describe('a duration', () => {
  table(readDuration, [
    ['30s', 30_000],
    ['1m30s', 90_000],
    ['1.5s', 1500],
    ['500ms', 500],
    ['1h2m3s4ms5us', 3_723_004.005],
    ['1d', 86_400_000],
    ['2w', 1_209_600_000],
    ['0', 0],
    ['', undefined],
    ['30', undefined],
    ['-1s', undefined],
    ['1s ', undefined],
    ['1y', undefined],
    ['99999999999w', undefined],
  ])
})

describe('a size', () => {
  table(readBytes, [
    ['1024', 1024],
    ['1k', 1024],
    ['512M', 536_870_912],
    ['1.5g', 1_610_612_736],
    ['2gb', 2_147_483_648],
    ['64MiB', 67_108_864],
    ['1 kib', 1024],
    ['10b', 10],
    ['0.0001k', 0],
    ['', undefined],
    ['-1', undefined],
    ['1mm', undefined],
    ['m', undefined],
    ['99999p', undefined],
  ])
})

describe('a command as a text', () => {
  table(readCommand, [
    ['nginx -g "daemon off;"', ['nginx', '-g', 'daemon off;']],
    [`a 'b c' d\\ e "f \\"g\\"" ''`, ['a', 'b c', 'd e', 'f "g"', '']],
    ['a"b"\'c\' $HOME *', ['abc', '$HOME', '*']],
    ['  ', []],
    ['', []],
    ['a && b', undefined],
    ['a > b', undefined],
    ['a `b`', undefined],
    ["a 'b", undefined],
    ['a "b', undefined],
    ['a\\', undefined],
  ])
})
