import { unreachable } from '#base/unreachable.ts'
import type { Part } from '#doctor/examine.ts'
import type { EngineTry, Finding, FindingCode, FindingFacts, FixCommand } from '#doctor/finding.ts'

/** What a person reads of a finding. */
export interface Wording {
  /** What is wrong, as a sentence. */
  readonly title: string
  /** What was seen. */
  readonly evidence: string
  /** Why it matters. */
  readonly explanation: string
  /** What the user can do where we cannot, in order. */
  readonly steps: readonly string[]
}

/** All that the doctor says in one language. */
export interface Language {
  readonly findings: {
    readonly [Code in FindingCode]: (facts: FindingFacts[Code]) => Omit<Wording, 'steps'> & { readonly steps?: readonly string[] }
  }
  readonly commands: Readonly<Record<FixCommand, string>>
  readonly parts: Readonly<Record<Part, string>>
  readonly edit: string
  readonly place: (file: string, line: number) => string
  readonly set: (key: string, value: string) => string
}

/** A finding in words. */
export function wordsFor({ code, facts }: Pick<Finding, 'code' | 'facts'>, { findings }: Language): Wording {
  // SAFETY: the facts of a finding are those of its code, which TypeScript cannot follow through the table.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const say = findings[code] as (facts: Finding['facts']) => ReturnType<(typeof findings)[typeof code]>
  return { steps: [], ...say(facts) }
}

/** What the button of a fix says; null where there is nothing to press. */
export function fixTitle({ fix }: Finding, { commands, edit, set }: Language): string | null {
  switch (fix?.kind) {
    case 'command':
      return commands[fix.command]
    case 'edit':
      return edit
    case 'setting':
      return set(fix.key, fix.value)
    case 'manual':
    case undefined:
      return null
    default:
      return unreachable(fix)
  }
}

/** An engine that was asked and what it said, without its address twice. */
export function triedText({ address, outcome }: EngineTry): string {
  return outcome.includes(address) ? outcome : `${address}: ${outcome}`
}
