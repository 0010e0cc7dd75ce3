import type { ColumnState, RowChange, TableDiff } from '#delta/diff/diffTypes.ts'
import type { Protocol } from '#delta/types.ts'
import { alignedLines, sqlType } from './textOutput.ts'

/** What is different in a version, for a person: `+` is new in `to`, `-` only in `from`, `~` in both but another. */
export function diffLines(diff: TableDiff, key: readonly string[]): string {
  return [
    alignedLines([['Versions', `${diff.from} to ${diff.to}`], ...rowsLines(diff, key), ...filesLines(diff)]),
    section('Columns', columnLines(diff)),
    section('Partitioned by', partitionLines(diff)),
    section('Properties', propertyLines(diff)),
    section('Protocol', protocolLines(diff)),
    section('Examples', diff.sample.map(sampleLine)),
    ...(diff.tooLarge ? [`Too large to compare here: run this on Spark\n${diff.tooLarge.query}\n`] : []),
  ].join('')
}

function rowsLines({ rows, source, rewrittenFiles, duplicateKeys, tooLarge, problem }: TableDiff, key: readonly string[]): string[][] {
  if (problem) return [['Rows', 'not compared'], ['', problem.message], ...(problem.hint === undefined ? [] : [['', problem.hint]])]
  if (tooLarge) return [['Rows', `not compared: ${count(tooLarge.bytes)} bytes to read, ${count(tooLarge.mostBytes)} allowed`]]
  if (!rows) return []
  const { added, removed, changed } = rows
  const counts = [`${count(added)} added`, `${count(removed)} removed`, ...(key.length > 0 ? [`${count(changed)} changed`] : [])]
  const repeated = duplicateKeys ? [['', duplicateText(duplicateKeys)]] : []
  const from = source === 'changeData' ? 'by change data' : rewrittenFiles > 0 ? `${count(rewrittenFiles)} files only rewritten` : ''
  return [['Rows', [...counts, from].filter(part => part !== '').join(', ')], ...repeated]
}

function duplicateText({ count: keys, example }: NonNullable<TableDiff['duplicateKeys']>): string {
  return `${count(keys)} keys stand in several rows, as ${JSON.stringify(example)}; these count as added and removed`
}

function filesLines({ files }: TableDiff): string[][] {
  if (!files) return []
  const { added, addedBytes, removed, removedBytes } = files
  return [['Files', `${count(added)} added (${count(addedBytes)} bytes), ${count(removed)} removed (${count(removedBytes)} bytes)`]]
}

function columnLines({ schema: { added, removed, changed } }: TableDiff): string[][] {
  return [
    ...added.map(({ name, type }) => ['+', name, sqlType(type)]),
    ...removed.map(({ name, type }) => ['-', name, sqlType(type)]),
    ...changed.map(({ from, to }) => ['~', ...changeText(from, to)]),
  ]
}

function changeText(from: ColumnState, to: ColumnState): readonly string[] {
  const names = from.name === to.name ? to.name : `${from.name} -> ${to.name}`
  return [names, stateText(from) === stateText(to) ? stateText(to) : `${stateText(from)} -> ${stateText(to)}`]
}

function stateText({ type, nullable }: ColumnState): string {
  return `${type}${nullable ? '' : ' not null'}`
}

function partitionLines({ partitionColumns }: TableDiff): string[][] {
  return partitionColumns ? [['~', `${partitionColumns.from.join(', ') || '-'} -> ${partitionColumns.to.join(', ') || '-'}`]] : []
}

function propertyLines({ properties: { added, removed, changed } }: TableDiff): string[][] {
  return [
    ...Object.entries(added).map(([name, value]) => ['+', `${name} = ${value}`]),
    ...Object.entries(removed).map(([name, value]) => ['-', `${name} = ${value}`]),
    ...Object.entries(changed).map(([name, { from, to }]) => ['~', `${name} = ${from} -> ${to}`]),
  ]
}

function protocolLines({ protocol }: TableDiff): string[][] {
  if (!protocol) return []
  const { from, to } = protocol
  const [before, after] = [featuresOf(from), featuresOf(to)]
  return [
    ...(versionsText(from) === versionsText(to) ? [] : [['~', `${versionsText(from)} -> ${versionsText(to)}`]]),
    ...after.filter(name => !before.includes(name)).map(name => ['+', name]),
    ...before.filter(name => !after.includes(name)).map(name => ['-', name]),
  ]
}

function versionsText({ minReaderVersion, minWriterVersion }: Protocol): string {
  return `reader ${minReaderVersion}, writer ${minWriterVersion}`
}

function featuresOf({ readerFeatures, writerFeatures }: Protocol): readonly string[] {
  return [...new Set([...readerFeatures, ...writerFeatures])]
}

function sampleLine(change: RowChange): string[] {
  if (change.change !== 'changed') return [change.change === 'added' ? '+' : '-', JSON.stringify(change.row)]
  return ['~', `${JSON.stringify(change.before)} -> ${JSON.stringify(change.after)}`]
}

function section(title: string, lines: readonly (readonly string[])[]): string {
  return lines.length === 0 ? '' : `${title}\n${alignedLines(lines.map(line => ['', ...line]))}`
}

function count(value: number): string {
  return value.toLocaleString('en')
}
