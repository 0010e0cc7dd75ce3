import assert from 'node:assert/strict'
import { appendFile, rename, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemClock } from '#base/clock.ts'
import { logTail } from '#stack/local/logTail.ts'
import { logTime } from '#stack/local/logTime.ts'
import { readLogs } from '#stack/local/logs.ts'
import type { LogLine } from '#stack/types.ts'
import { fakeClock } from '../../fakes/clock.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

const never = new AbortController().signal

describe('the logs of local services', () => {
  const folder = temporaryFolder()
  const log = (name: string): string => join(folder(), name)
  const tail = async (services: readonly string[], lines: number): Promise<LogLine[]> =>
    Array.fromAsync(readLogs(folder(), services, { tail: lines, follow: false }, fakeClock(), never))

  it('show their end, however long the lines before it are', async () => {
    assert.equal(await logTail(log('it.log'), 2), '')
    await writeFile(log('it.log'), `${'x'.repeat(200_000)}\nlast but one\nlast\n`)
    assert.equal(await logTail(log('it.log'), 2), 'last but one\nlast')
    assert.equal((await logTail(log('it.log'), 3)).length, 200_000 + '\nlast but one\nlast'.length)
    await writeFile(log('it.log'), 'one\r\ntwo')
    assert.equal(await logTail(log('it.log'), 9), 'one\ntwo')
  })

  it('go back to the run before where this one is short', async () => {
    await writeFile(log('s3.log.1'), 'a\nb\nc\n')
    await writeFile(log('s3.log'), 'd\n')
    assert.deepEqual(
      (await tail(['s3'], 3)).map(({ text }) => text),
      ['b', 'c', 'd'],
    )
    assert.deepEqual(
      (await tail(['s3'], 1)).map(({ text }) => text),
      ['d'],
    )
  })

  it('are merged by time; a line without one stays behind the line before it', async () => {
    await writeFile(log('a.log'), '2026-01-01T00:00:01.000Z first\n  at of the first\n2026-01-01T00:00:05Z fifth\n')
    await writeFile(log('b.log'), '2026-01-01 00:00:03,250Z third\n')
    await writeFile(log('c.log'), '{"time":"2026-01-01T00:00:04+00:00","status":200}\n')
    await writeFile(log('d.log'), 'no time at all\n')
    await utimes(log('d.log'), 1_767_225_602, 1_767_225_602)
    const lines = await tail(['a', 'b', 'c', 'd'], 10)
    assert.deepEqual(
      lines.map(({ service, time }) => [service, time === null ? null : time - Date.UTC(2026, 0)]),
      [
        ['a', 1000],
        ['a', null],
        ['d', null],
        ['b', 3250],
        ['c', 4000],
        ['a', 5000],
      ],
    )
  })

  it('of all processes of a service come under its name, and of no other', async () => {
    for (const name of ['worker.log', 'worker#2.log', 'worker2.log']) await writeFile(log(name), `${name}\n`)
    assert.deepEqual((await tail(['worker'], 10)).map(({ service, text }) => `${service} ${text}`).toSorted(), [
      'worker worker#2.log',
      'worker worker.log',
    ])
  })

  it('are followed across a restart, without a gap and whole lines only', async () => {
    await writeFile(log('s3.log'), 'old\nbegun')
    const reader = follow(folder(), ['s3', 'later'])
    await reader.until('old')
    await appendFile(log('s3.log'), ' and ended\nsecond ')
    await reader.until('begun and ended')
    await appendFile(log('s3.log'), 'half')
    await rename(log('s3.log'), log('s3.log.1'))
    await writeFile(log('s3.log'), 'third: ü\n')
    await writeFile(log('later.log'), 'fourth\n')
    await reader.until('third: ü')
    await reader.until('fourth')
    assert.deepEqual(
      reader.texts.filter(text => text !== 'fourth'),
      ['old', 'begun and ended', 'second half', 'third: ü'],
    )
    await reader.end()
  })

  it('begin anew when a log was emptied, and end quietly when nobody listens any more', async () => {
    await writeFile(log('s3.log'), 'a long first line\n')
    const reader = follow(folder(), ['s3'])
    await reader.until('a long first line')
    await writeFile(log('s3.log'), 'new\n')
    await reader.until('new')
    await reader.end()
    assert.deepEqual(reader.texts, ['a long first line', 'new'])
  })
})

describe('the time of a log line', () => {
  it('is what it begins with, in the zone that it names or else here', () => {
    const utc = Date.UTC(2026, 10, 24, 17, 0, 1)
    const here = new Date(2026, 10, 24, 17, 0, 1).getTime()
    const lines: readonly [string, number | null][] = [
      ['2026-11-24T17:00:01.500 WARN x', here + 500],
      ['2026/11/24 17:00:01 INFO mlflow', here],
      ['[2026-11-24 17:00:01,250] x', here + 250],
      ['2026-11-24T18:00:01+0100 x', utc],
      ['2026-11-24T17:00:01.123456Z x', utc + 123],
      ['{"level":"info","ts":"2026-11-24T17:00:01Z"}', utc],
      ['INFO:     Uvicorn running', null],
      ['17:00:01.123 | INFO | prefect', null],
      ['2026-99-99T17:00:01 x', null],
      ['', null],
    ]
    assert.deepEqual(
      lines.map(([line]) => logTime(line)),
      lines.map(([, time]) => time),
    )
  })
})

/** Waits a moment whatever it is asked for. */
const quick = { now: () => Date.now(), sleep: (_ms: number, signal?: AbortSignal) => systemClock.sleep(2, signal) }

interface Reader {
  readonly texts: readonly string[]
  until(text: string): Promise<void>
  end(): Promise<void>
}

/** What comes of logs, as it comes. */
function follow(folder: string, services: readonly string[]): Reader {
  const abort = new AbortController()
  const texts: string[] = []
  const read = async (): Promise<void> => {
    for await (const { text } of readLogs(folder, services, { tail: 10, follow: true }, quick, abort.signal)) texts.push(text)
  }
  const ended = read()
  return {
    texts,
    until: async text => {
      for (let i = 0; !texts.includes(text); i += 1) {
        assert.ok(i < 1000, `${text} comes after ${JSON.stringify(texts)}`)
        await systemClock.sleep(2)
      }
    },
    end: () => {
      abort.abort()
      return ended
    },
  }
}
