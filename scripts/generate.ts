// Writes the files that are generated: `node scripts/generate.ts`; with `--check` it only says which are not current.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

process.exitCode = generate(process.argv.includes('--check') ? 'check' : 'write')

/** Our subset of Spark Connect's messages, as TypeScript beside the .proto files; gives the exit code. */
function generate(mode: 'check' | 'write'): number {
  const fresh = mkdtempSync(join(tmpdir(), 'dfgen-'))
  try {
    execFileSync('buf', ['generate', '--template', 'buf.gen.yaml', '--output', fresh], { stdio: 'inherit' })
    if (mode === 'write') cpSync(fresh, '.', { recursive: true })
    const stale = filesUnder(fresh).filter(name => !isSame(join(fresh, name), name))
    for (const name of stale) process.stderr.write(`${name} is not current. Run \`npm run generate\`.\n`)
    return stale.length === 0 ? 0 : 1
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
}

function filesUnder(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.ts'))
  if (names.length === 0) throw new Error('buf has generated nothing.')
  return names
}

function isSame(a: string, b: string): boolean {
  try {
    return readFileSync(a, 'utf8') === readFileSync(b, 'utf8')
  } catch {
    return false // not there yet
  }
}
