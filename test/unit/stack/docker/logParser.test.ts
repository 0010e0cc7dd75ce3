import assert from 'node:assert/strict'
import { LogParser, longestLineBytes, type LogEntry } from '#stack/docker/logParser.ts'
import { frame } from '../../../fakes/dockerEngine.ts'

const first = '2026-11-24T18:33:00.396661451Z'
const second = '2026-11-24T18:33:00.397343693Z'

describe('the log of a container', () => {
  const framed = Buffer.concat([
    frame('stdout', `${first} starting ü\n`),
    frame('stderr', `${second} warning\n`),
    frame('stdout', `${second} \n`),
    frame('stdout', `${second} {"a": 1}\r\n`),
  ])
  const lines: readonly LogEntry[] = [
    { stamp: first, text: 'starting ü', stream: 'stdout' },
    { stamp: second, text: 'warning', stream: 'stderr' },
    { stamp: second, text: '', stream: 'stdout' },
    { stamp: second, text: '{"a": 1}', stream: 'stdout' },
  ]

  it('is read line by line wherever its bytes are cut', () => {
    for (let cut = 0; cut <= framed.length; cut += 1) {
      const parser = new LogParser(false)
      assert.deepEqual(
        [...parser.push(framed.subarray(0, cut)), ...parser.push(framed.subarray(cut)), ...parser.end()],
        lines,
        `cut at ${cut}`,
      )
    }
    const bytewise = new LogParser(false)
    assert.deepEqual(
      [...framed].flatMap(byte => bytewise.push(Uint8Array.of(byte))),
      lines,
    )
  })

  it('has no frames where the container has a terminal', () => {
    const parser = new LogParser(true)
    const bytes = Buffer.from(`${first} \u001b[1mbold\u001b[0m\r\n${second} prompt> `)
    assert.deepEqual(parser.push(bytes), [{ stamp: first, text: '\u001b[1mbold\u001b[0m', stream: 'stdout' }])
    assert.deepEqual(parser.end(), [{ stamp: second, text: 'prompt> ', stream: 'stdout' }])
  })

  it('gives one line for the several messages of a long one, by its first time, while the other stream goes on', () => {
    const parser = new LogParser(false)
    const entries = [
      ...parser.push(frame('stdout', `${first} ${'x'.repeat(16_384)}`)),
      ...parser.push(frame('stderr', `${second} between\n`)),
      ...parser.push(frame('stdout', `${second} ${'y'.repeat(10)}\n`)),
    ]
    assert.deepEqual(entries, [
      { stamp: second, text: 'between', stream: 'stderr' },
      { stamp: first, text: `${'x'.repeat(16_384)}${'y'.repeat(10)}`, stream: 'stdout' },
    ])
  })

  it('is cut where a line is too long, and says so', () => {
    const parser = new LogParser(false)
    const [entry, next] = [
      ...Array.from({ length: 10 }, () => frame('stdout', `${first} ${'x'.repeat(16_384)}`)),
      frame('stdout', `${first} \n`),
      frame('stdout', `${second} next\n`),
    ].flatMap(bytes => parser.push(bytes))
    assert.equal(entry?.text, `${'x'.repeat(longestLineBytes)}…`)
    assert.equal(next?.text, 'next')
  })

  it('keeps the text of a message without a time', () => {
    assert.deepEqual(new LogParser(false).push(frame('stdout', 'plain\n')), [{ stamp: '', text: 'plain', stream: 'stdout' }])
  })
})
