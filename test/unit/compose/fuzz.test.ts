import assert from 'node:assert/strict'
import { parseProject } from '#compose/parseProject.ts'
import { agreeing } from '../../fixtures/compose/cases.ts'
import { seededRandom, seedOfRun } from '../../support/random.ts'
import { randomComposeFiles, randomTemplate } from '../../support/randomCompose.ts'

const rounds = Number(process.env['DATAFLOW_FUZZ_ROUNDS'] ?? 400)

describe('damaged compose files', function () {
  this.timeout(Math.max(10_000, rounds * 50))

  it(`are refused with a place in them, or used, and never throw (${rounds} rounds)`, () => {
    const first = seedOfRun()
    for (let seed = first; seed < first + rounds; seed++) {
      const random = seededRandom(seed)
      const known = agreeing[Math.floor(random() * agreeing.length)]
      const files = random() < 0.5 && known !== undefined ? known.files : randomComposeFiles(seed)
      const damaged = Object.fromEntries(Object.entries(files).map(([name, text]) => [name, damage(text, random)]))
      check(damaged, `DATAFLOW_SEED=${seed} ${JSON.stringify(damaged)}`)
    }
  })
})

function check(files: Readonly<Record<string, string>>, told: string): void {
  const sources = Object.entries(files).filter(([name]) => /\.ya?ml$/.test(name))
  const texts = new Map(Object.entries(files).map(([name, text]) => [`/p/${name}`, text]))
  let reading: ReturnType<typeof parseProject>
  try {
    reading = parseProject({
      folder: '/p',
      files: sources.map(([name, text]) => ({ path: `/p/${name}`, text })),
      envText: files['.env'],
      env: { A: 'set', HOME: '/home/u' },
      fileText: path => texts.get(path),
    })
  } catch (error) {
    throw new Error(told, { cause: error })
  }
  const all = [...reading.warnings, ...(reading.kind === 'refused' ? reading.diagnostics : [])]
  assert.ok(reading.kind === 'project' || reading.diagnostics.length > 0, told)
  for (const { file, line, column, message } of all) {
    const lines = texts.get(file)?.split(/\r\n|\r|\n/) ?? assert.fail(`${file} ${told}`)
    assert.ok(
      line >= 1 && line <= lines.length && column >= 1 && column <= (lines[line - 1]?.length ?? 0) + 1,
      `${line}:${column} ${message} ${told}`,
    )
    assert.ok(message.length > 0 && /[.!?]$/.test(message), `${message} ${told}`)
  }
}

/** Letters and lines gone, doubled, moved or put in, a few of them. */
function damage(text: string, random: () => number): string {
  let damaged = text
  for (let i = Math.floor(random() * 4); i >= 0; i--) damaged = damageOnce(damaged, random)
  return damaged
}

function damageOnce(text: string, random: () => number): string {
  const below = (count: number): number => Math.floor(random() * count)
  const at = below(text.length + 1)
  const lines = text.split('\n')
  const line = below(lines.length)
  switch (below(7)) {
    case 0:
      return text.slice(0, at) + text.slice(at + 1 + below(5))
    case 1:
      return text.slice(0, at) + oddPieces[below(oddPieces.length)] + text.slice(at)
    case 2:
      return text.slice(0, at) + randomTemplate(random) + text.slice(at)
    case 3:
      return lines.toSpliced(line, 1).join('\n')
    case 4:
      return lines.toSpliced(below(lines.length), 0, lines[line] ?? '').join('\n')
    case 5:
      return lines.with(line, `${' '.repeat(below(4))}${lines[line] ?? ''}`).join('\n')
    default:
      return text.slice(0, at)
  }
}

const oddPieces = [
  ...'\t|\n|\r|\u0000|\u2028|😀|\ud800|{|}|[|]|: |- |? |#|&a |*a |<<: *a\n|!x |!!int '.split('|'),
  ...`|,>-\n,',",%,@,\`,---\n,...\n,null,~,-1,1e999,.nan,__proto__: 1\n,constructor: x\n`.split(','),
]
