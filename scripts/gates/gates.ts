import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { runHostTests } from '../workbench/hostTests.ts'
import { commandGate, countedRun, suiteGate, type Gate } from './gate.ts'
import type { TestBed } from './testBed.ts'

const coverageFolder = resolve('build/coverage')
const coverage = { NODE_V8_COVERAGE: coverageFolder }
const sources = ['src', 'webview', 'test', 'scripts'] as const

const minute = 60_000

/** The gates of `npm test`, in order. */
export function createGates(bed: TestBed): readonly Gate[] {
  return [
    commandGate('format', ['oxfmt', '--check', ...sources]),
    commandGate('types', ['tsc', '-p', '.'], ['tsc', '-p', 'webview']),
    commandGate('lint', ['oxlint', ...sources]),
    commandGate('dead code', ['knip']),
    commandGate('generated', ['node', 'scripts/generate.ts', '--check']),
    suiteGate({ name: 'unit', files: 'test/unit/**/*.test.ts', timeoutMs: 10_000, env: coverage }),
    commandGate('build', ['node', 'scripts/build.ts'], ['vsce', 'package', '--no-dependencies', '--out', 'build/dataflow-lab.vsix']),
    suiteGate({ name: 'size', files: 'test/build/**/*.test.ts', timeoutMs: minute }),
    hostGate(bed),
    suiteGate({ name: 'e2e', files: 'test/e2e/**/*.test.ts', timeoutMs: 4 * minute }),
    suiteGate({ name: 'acceptance', files: 'test/acceptance/**/*.test.ts', timeoutMs: 5 * minute, env: coverage }),
    commandGate('coverage', ['c8', 'report', '--temp-directory', coverageFolder, '--check-coverage']),
  ]
}

/** The integration suite, inside the extension host of a real VS Code on the project of the stack. */
function hostGate(bed: TestBed): Gate {
  const name = 'integration'
  return {
    name,
    run: () =>
      countedRun(name, async resultFile => {
        const artifacts = resolve('build/integration-failure')
        mkdirSync(artifacts, { recursive: true })
        await runHostTests({
          extension: process.cwd(),
          tests: resolve('build/integration/index.cjs'),
          workspace: bed.project,
          resultFile: resolve(resultFile),
          env: { ...bed.env, DATAFLOW_TEST_COUNTS: resolve(resultFile) },
          artifacts,
          timeoutMs: 8 * minute,
        })
        return true
      }),
  }
}
