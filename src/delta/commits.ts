import { asError, isProblem, LakehouseError } from '#base/errors.ts'
import { parseAction, type Action } from './actions.ts'
import { isWire } from './wire.ts'

/**
 * The actions of a commit, compacted log or JSON checkpoint, in file order; a header has those of no file. Lines are split by bytes, since one file may hold
 * more than a string can; an object may span lines.
 * @throws LakehouseError `corrupt` with the line
 */
export function* parseActions(bytes: Uint8Array, location: string, extent: 'header' | 'files'): Generator<Action, void> {
  for (const { value, line } of parseObjects(bytes, location)) {
    if (extent === 'header' && isWire(value) && (isWire(value['add']) || isWire(value['remove']))) continue
    const action = at(location, line, () => parseAction(value))
    if (action) yield action
  }
}

/** The objects of newline-delimited JSON with the line each begins at, from 1. @throws LakehouseError `corrupt` */
export function* parseObjects(bytes: Uint8Array, location: string): Generator<{ readonly value: unknown; readonly line: number }, void> {
  let pending = ''
  let begun = 1
  let failure: unknown
  for (const { text, line } of lines(bytes)) {
    if (pending === '') {
      if (text.trim() === '') continue
      begun = line
    }
    if (line - begun > mostLines) break
    pending += pending === '' ? text : `\n${text}`
    const parsed = tryParse(pending)
    if (parsed.ok) {
      yield { value: parsed.value, line: begun }
      pending = ''
    } else failure ??= parsed.error
  }
  if (pending !== '')
    at(location, begun, () => {
      throw failure
    })
}

/** An object spanning more lines than this is taken for broken. */
const mostLines = 10_000

function* lines(bytes: Uint8Array): Generator<{ readonly text: string; readonly line: number }, void> {
  const decoder = new TextDecoder()
  let start = 0
  for (let line = 1; start < bytes.byteLength; line += 1) {
    const found = bytes.indexOf(0x0a, start)
    const end = found < 0 ? bytes.byteLength : found
    yield { text: decoder.decode(bytes.subarray(start, end)), line }
    start = end + 1
  }
}

function tryParse(text: string): { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: unknown } {
  try {
    const value: unknown = JSON.parse(text)
    return { ok: true, value }
  } catch (error) {
    return { ok: false, error }
  }
}

function at<T>(location: string, line: number, task: () => T): T {
  try {
    return task()
  } catch (error) {
    if (isProblem(error)) throw error
    throw new LakehouseError('corrupt', `Cannot read ${location}, line ${line}: ${asError(error).message}.`, {
      details: { line },
      cause: error,
    })
  }
}
