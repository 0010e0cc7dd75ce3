import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { LakehouseError } from '#base/errors.ts'
import { unreachable } from '#base/unreachable.ts'
import { examine, type Diagnosis, type ReportPart } from '#doctor/examine.ts'
import type { HostAddress } from '#doctor/facts.ts'
import { previewEdits, writeEdits, type FileEdit } from '#doctor/fileEdits.ts'
import type { Finding, Fix, FixCommand } from '#doctor/finding.ts'
import { seeLeftovers } from '#doctor/gather/leftovers.ts'
import { findPlaces } from '#runtime/places.ts'
import { findPython } from '#runtime/python.ts'
import type { Report } from '#stack/engine.ts'
import type { StackState } from '#stack/types.ts'
import { openBuckets } from '#storage/openStore.ts'
import type { SettingsSource } from './settings.ts'
import { createStackBuckets, stackBuckets } from './stackBuckets.ts'
import type { StackControl } from './stackControl.ts'

/** Says what is wrong with the stack of a folder, and mends what can be mended. */
export interface Doctor {
  /** Looks at everything at once, within some five seconds, and changes nothing. */
  examine(report: ReportPart, signal: AbortSignal): Promise<Diagnosis>
  /** What the fixes of these findings would write, all of them together; nothing is written. */
  edits(findings: readonly Finding[]): Promise<readonly FileEdit[]>
  /**
   * Carries out the fixes of these findings, which the user has seen.
   *
   * @throws LakehouseError `conflict` where a file is not what the doctor saw, `unsupported` for a finding that only the user can mend
   */
  fix(findings: readonly Finding[], report: Report, signal: AbortSignal): Promise<void>
}

export interface DoctorPorts {
  readonly projectFolder: string
  readonly productFolder: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly settings: SettingsSource
  readonly stack: Pick<StackControl, 'refresh' | 'secrets' | 'change'>
}

export function createDoctor(ports: DoctorPorts): Doctor {
  const { projectFolder, productFolder, env, settings, stack } = ports
  return {
    examine: async (report, signal) =>
      examine(
        {
          projectFolder,
          productFolder,
          env,
          settings: () => addressesOf(settings),
          engine: () => settings.current.stackEngine,
          look: within => stack.refresh(within),
          buckets: async (state, within) => bucketsOf(state, stack, within),
          now: Date.now,
        },
        report,
        signal,
      ),
    edits: async findings => previewEdits(findings.flatMap(({ fix }) => (fix?.kind === 'edit' ? [fix] : []))),
    fix: async (findings, report, signal) => {
      const fixes = findings.map(({ fix }) => fix)
      const edits = fixes.filter(fix => fix?.kind === 'edit')
      if (edits.length > 0) await writeEdits(edits)
      for (const fix of fixes) if (fix?.kind !== 'edit') await carryOut(fix, ports, report, signal)
    },
  }
}

/** A connection's addresses are used by this machine. */
function addressesOf({ current }: SettingsSource): readonly HostAddress[] {
  return current.connections.flatMap(({ endpoint, spark, mlflow }) =>
    [endpoint, spark, mlflow].flatMap(address => (address === undefined ? [] : [{ place: 'dataflow.connections', address }])),
  )
}

async function bucketsOf({ endpoints: { s3 } }: StackState, stack: DoctorPorts['stack'], signal: AbortSignal) {
  const secrets = s3 && (await stack.secrets(signal))
  if (!s3 || !secrets) return undefined
  const buckets = openBuckets({ connection: 'The stack', ...s3, pathStyle: true }, () => Promise.resolve(secrets.s3))
  const present = (await buckets.list(signal)).map(({ name }) => name)
  return { endpoint: s3.endpoint, present, wanted: stackBuckets }
}

async function carryOut(
  fix: Exclude<Fix, { readonly kind: 'edit' }> | null,
  ports: DoctorPorts,
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  switch (fix?.kind) {
    case 'command':
      return await runFix(fix.command, ports, report, signal)
    case 'setting':
      throw new LakehouseError('unsupported', `The setting ${fix.key} is not kept here.`, {
        hint: `In the editor, set it to ${fix.value}.`,
      })
    case 'manual':
    case undefined:
      throw new LakehouseError('unsupported', 'Only you can do this.', { hint: 'The finding tells the steps.' })
    default:
      return unreachable(fix)
  }
}

async function runFix(command: FixCommand, ports: DoctorPorts, report: Report, signal: AbortSignal): Promise<void> {
  const { stack, env, productFolder } = ports
  switch (command) {
    case 'startStack':
      await stack.change({ kind: 'up' }, report, signal)
      return
    case 'createBuckets': {
      const { s3 } = (await stack.refresh(signal)).endpoints
      const secrets = await stack.secrets(signal)
      if (!s3 || !secrets) throw new LakehouseError('unreachable', 'The object store does not run.', { hint: 'Start the stack.' })
      return await createStackBuckets(s3, secrets.s3, signal)
    }
    case 'removeLeftovers': {
      const python = await findPython(env, signal)
      const search = { env, cache: findPlaces(env).cache, locksFolder: join(productFolder, 'locks'), python }
      for (const { folder } of await seeLeftovers(search, signal)) await rm(folder, { recursive: true, force: true })
      return
    }
    default:
      return unreachable(command)
  }
}
