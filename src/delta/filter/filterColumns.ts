import { shownName } from '#base/sqlNames.ts'
import { declaredType } from '#delta/schema.ts'
import type { DeltaField, DeltaStruct, DeltaType } from '#delta/types.ts'
import type { FilterColumn } from './filterTree.ts'

/** A name that leads to no column, and what to write instead. */
export interface NoColumn {
  readonly problem: string
  readonly hint: string
}

/** The column that a name of one or more parts means; letters count alike in either case unless two columns differ by it alone. */
export function findColumn({ fields }: DeltaStruct, parts: readonly string[]): FilterColumn | NoColumn {
  const path: DeltaField[] = []
  let type: DeltaType = { type: 'struct', fields: fields.map(field => ({ ...field, type: declaredType(field) })) }
  for (const part of parts) {
    if (typeof type === 'string' || type.type !== 'struct') return noMember(path, type)
    const found = fieldNamed(type.fields, part)
    if (!found || 'problem' in found) return found ?? noField(path, type.fields, part)
    path.push(found)
    type = found.type
  }
  const [first, ...rest] = path
  return first ? { path: [first, ...rest], type, name: nameOf(path) } : noField(path, fields, '')
}

function nameOf(path: readonly DeltaField[]): string {
  return path.map(field => field.name).join('.')
}

function fieldNamed(fields: readonly DeltaField[], name: string): DeltaField | NoColumn | undefined {
  const exact = fields.find(field => field.name === name)
  if (exact) return exact
  const [one, another] = fields.filter(field => field.name.toLowerCase() === name.toLowerCase())
  if (!one || !another) return one
  return { problem: `There are several columns ${name}`, hint: `Write ${shownName(one.name)} or ${shownName(another.name)}.` }
}

function noMember(path: readonly DeltaField[], type: DeltaType): NoColumn {
  const kind = typeof type === 'string' ? type : type.type
  return {
    problem: `${nameOf(path)} is of type ${kind} and has no members`,
    hint: 'A dot leads into a struct; a name with a dot in it is written `a.b`.',
  }
}

function noField(path: readonly DeltaField[], fields: readonly DeltaField[], name: string): NoColumn {
  const lead = path.map(field => `${shownName(field.name)}.`).join('')
  const most = Math.max(1, Math.floor(Math.min(name.length, longestMisspelt) / 3))
  const near = fields
    .filter(field => Math.abs(field.name.length - name.length) <= most)
    .map(field => ({ field, steps: distance(field.name.toLowerCase(), name.toLowerCase()) }))
    .toSorted((a, b) => a.steps - b.steps)[0]
  const names = fields
    .slice(0, namesInHint)
    .map(field => shownName(field.name))
    .join(', ')
  const hint =
    near && near.steps < name.length && near.steps <= most
      ? `Did you mean ${lead}${shownName(near.field.name)}?`
      : `There are: ${names}${fields.length > namesInHint ? ', …' : ''}`
  return { problem: `There is no column ${lead}${name}`, hint }
}

const namesInHint = 20
/** Letters; what differs from a longer name by a third is another name. */
const longestMisspelt = 60

/** Letters to insert, delete, replace or swap with the next. */
function distance(from: string, to: string): number {
  let before: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, i) => i)
  for (let i = 1; i <= from.length; i += 1) {
    const row = [i]
    for (let k = 1; k <= to.length; k += 1) {
      const isSame = from[i - 1] === to[k - 1]
      const edited = Math.min((last[k] ?? 0) + 1, (row[k - 1] ?? 0) + 1, (last[k - 1] ?? 0) + (isSame ? 0 : 1))
      const isSwapped = i > 1 && k > 1 && from[i - 1] === to[k - 2] && from[i - 2] === to[k - 1]
      row[k] = isSwapped ? Math.min(edited, (before[k - 2] ?? 0) + 1) : edited
    }
    before = last
    last = row
  }
  return last[to.length] ?? 0
}
