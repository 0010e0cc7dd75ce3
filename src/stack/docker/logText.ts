import type { EngineClient } from './client.ts'
import { LogParser } from './logParser.ts'

/** The last lines of a container's log as text. */
export async function logText(client: EngineClient, id: string, lines: number): Promise<string> {
  const signal = new AbortController().signal
  const facts = await client.container(id, signal)
  if (!facts) return ''
  const parser = new LogParser(facts.hasTty)
  const bytes = await client.log(id, { tail: lines }, signal)
  return [...parser.push(bytes), ...parser.end()].map(({ text }) => text).join('\n')
}
