import type { Facts, PortFacts } from '#doctor/facts.ts'
import type { Finding, Fix } from '#doctor/finding.ts'
import { movePort } from '#doctor/edit.ts'
import { manual, portChanges } from '#doctor/fixes.ts'

/** Ports that a start would find taken. The local engine takes another one by itself; a compose file means what it says. */
export function portFindings({ ports = [], engine, file }: Facts): readonly Finding[] {
  return ports.map((taken): Finding => {
    const { port, service, holder } = taken
    const moves = engine === 'local'
    return {
      code: 'portTaken',
      severity: moves ? 'info' : 'error',
      facts: { port, service, holder, moves },
      fix: moves ? manual : moved(taken, file?.envFile),
    }
  })
}

/** Ours moves: where the file takes the port from a variable in `.env`, else in its line. */
function moved({ at, port, free }: PortFacts, envFile: string | undefined): Fix {
  if (!at || envFile === undefined) return manual
  const variable = /\$\{(\w+)(?::?-[^}]*)?\}/.exec(at.written)?.[1]
  if (variable !== undefined) {
    return { kind: 'edit', changes: [{ file: envFile, changes: [{ kind: 'set', path: [variable], value: String(free) }] }] }
  }
  const move = { from: port, to: free }
  return at.isShort && movePort(at.written, move) !== at.written ? portChanges([{ at: at.place, change: { move } }]) : manual
}
