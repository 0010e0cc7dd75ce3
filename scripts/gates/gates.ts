import { createWriteStream, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { runHostTests } from '../workbench/hostTests.ts'
import { ProgressLine } from '../demo/progress.ts'
import { logFolder } from './command.ts'
import { noTests } from './counts.ts'
import { commandGate, countedRun, suiteGate, type Gate } from './gate.ts'
import type { TestBed } from './testBed.ts'

const coverage = { NODE_V8_COVERAGE: resolve('build/coverage') }
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
    commandGate('build', ['npm', 'run', '--silent', 'package']),
    suiteGate({ name: 'size', files: 'test/build/**/*.test.ts', timeoutMs: minute }),
    stackGate(bed),
    engineGate(bed),
    hostGate(bed),
    suiteGate({ name: 'e2e', files: 'test/e2e/**/*.test.ts', timeoutMs: 4 * minute }),
    suiteGate({ name: 'acceptance', files: 'test/acceptance/**/*.test.ts', timeoutMs: 5 * minute, env: coverage }),
    commandGate('coverage', ['npm', 'run', '--silent', 'coverage:report']),
  ]
}

/** The stack of the suites that follow. */
function stackGate(bed: TestBed): Gate {
  return {
    name: 'stack',
    run: async () => {
      const line = new ProgressLine(process.stdout)
      await bed.openStack(progress => line.show(progress))
      line.end()
      return noTests
    },
  }
}

/** The Docker Engine of the suites that follow. */
function engineGate(bed: TestBed): Gate {
  return {
    name: 'engine',
    run: async () => {
      await bed.openEngine(line => process.stdout.write(`${line}\n`))
      return noTests
    },
  }
}

/** The integration suite, inside the extension host of a real VS Code on the project of the stack. */
function hostGate(bed: TestBed): Gate {
  const name = 'integration'
  return {
    name,
    run: () =>
      countedRun(name, async resultFile => {
        const artifacts = resolve('build/integration-failure')
        const report = resolve(logFolder, `${name}.log`)
        const output = createWriteStream(resolve(logFolder, 'extension-host.log'))
        mkdirSync(artifacts, { recursive: true })
        const { code } = await runHostTests({
          extension: process.cwd(),
          tests: resolve('build/integration/index.cjs'),
          workspace: bed.project,
          resultFile: resolve(resultFile),
          env: { ...bed.env, DATAFLOW_TEST_COUNTS: resolve(resultFile), DATAFLOW_TEST_REPORT: report },
          artifacts,
          timeoutMs: 8 * minute,
          onOutput: line => output.write(`${line}\n`),
        }).finally(() => {
          output.end()
          if (existsSync(report)) process.stdout.write(readFileSync(report))
        })
        return code === 0
      }),
  }
}
