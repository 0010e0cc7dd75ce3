import { bytesText, percent, versionsText } from '#delta/health/healthFindings.ts'
import type {
  FileHealth,
  FilesAndBytes,
  LogHealth,
  OnePartition,
  PartitionHealth,
  StatisticsHealth,
  TableHealth,
  VacuumHealth,
} from '#delta/health/healthTypes.ts'
import type { VersionRange } from '#delta/log/readable.ts'
import { alignedLines } from './textOutput.ts'

const barWidth = 30
const columnsShown = 10

/** Health for a person: what was found first, then the numbers. */
export function healthText(location: string, health: TableHealth): string {
  const { version, latestVersion, findings, files, partitions, deletionVectors, statistics, log, vacuum } = health
  const unknown = '  A reader feature of this version stops its list of files.\n'
  return [
    `${location}, version ${version}${version === latestVersion ? '' : ` of ${latestVersion}`}\n\n`,
    findings.length === 0 ? 'Nothing stands out.\n' : 'Findings\n',
    ...findings.map(finding =>
      indented([
        `${finding.severity === 'warning' ? '!' : '-'} ${finding.what} ${finding.evidence}`,
        `  ${finding.advice}`,
        ...sqlLine(finding.sql),
      ]),
    ),
    '\nFiles\n',
    files ? fileLines(files) : unknown,
    ...(partitions ? [`\nPartitions by ${partitions.columns.join(', ')}\n`, partitionLines(partitions)] : []),
    ...(deletionVectors && deletionVectors.files > 0
      ? [
          '\nDeletion vectors\n',
          facts([
            ['Files', count(deletionVectors.files)],
            ['Deleted rows', `${count(deletionVectors.deletedRows)}${shareText(deletionVectors.share)}`],
            [`Files with more than ${percent(deletionVectors.heavy.above)} deleted`, amount(deletionVectors.heavy)],
          ]),
        ]
      : []),
    ...(statistics ? ['\nStatistics\n', statisticsLines(statistics)] : []),
    '\nLog\n',
    logLines(log),
    ...(vacuum ? [`\nVACUUM, ${count(vacuum.retentionHours)} hours\n`, vacuumLines(vacuum, log.lastVacuum)] : []),
  ].join('')
}

function sqlLine(sql: string | null): readonly string[] {
  return sql === null ? [] : [`  ${sql}`]
}

function fileLines(files: FileHealth): string {
  const most = Math.max(1, ...files.histogram.map(bin => bin.files))
  const used = files.histogram.filter(bin => bin.files > 0)
  const bins = files.histogram.slice(
    files.histogram.findIndex(bin => bin === used[0]),
    files.histogram.findLastIndex(bin => bin === used.at(-1)) + 1,
  )
  return [
    facts([
      ['Files', count(files.files)],
      ['Size', bytesText(files.bytes)],
      ['Smallest, median, 90 %, largest', [files.smallest, files.median, files.p90, files.largest].map(sizeText).join(', ')],
      [`Smaller than ${bytesText(files.small.below)}`, `${amount(files.small)}${shareText(files.small.share)}`],
      ...(files.optimize && files.optimize.made > 0
        ? [
            [
              'OPTIMIZE',
              `would make ${count(files.optimize.made)} of ${amount(files.optimize.rewritten)}; ${count(files.optimize.filesAfter)} files in all then`,
            ],
          ]
        : []),
    ]),
    ...(used.length === 0
      ? []
      : [
          indent(
            alignedLines(
              bins.map(bin => [
                bin.below === null ? `${bytesText(bin.from)} and more` : `below ${bytesText(bin.below)}`,
                count(bin.files).padStart(count(most).length),
                '█'.repeat(bin.files === 0 ? 0 : Math.max(1, Math.round((barWidth * bin.files) / most))),
              ]),
            ),
          ),
        ]),
  ].join('')
}

function partitionLines({ count: number, files, bytes, mostBytes, mostFiles }: PartitionHealth): string {
  const areSame = mostFiles.every(({ values }) => mostBytes.some(other => JSON.stringify(other.values) === JSON.stringify(values)))
  return [
    facts([
      ['Partitions', count(number)],
      [
        'Files of smallest, median, largest',
        `${[files.smallest, files.median, files.largest].map(count).join(', ')}${skewText(files.skew)}`,
      ],
      [
        'Size of smallest, median, largest',
        `${[bytes.smallest, bytes.median, bytes.largest].map(bytesText).join(', ')}${skewText(bytes.skew)}`,
      ],
    ]),
    ...(number > 1 ? ['  Largest\n', partitionList(mostBytes)] : []),
    ...(areSame || files.largest === files.median ? [] : ['  Most files\n', partitionList(mostFiles)]),
  ].join('')
}

function partitionList(partitions: readonly OnePartition[]): string {
  const lines = partitions.map(each =>
    [Object.entries(each.values).map(([name, value]) => `${name}=${valueText(value)}`), amount(each)].flat(),
  )
  return indent(indent(alignedLines(lines)))
}

function skewText(skew: number | null): string {
  return skew === null ? '' : `, skew ${skew.toLocaleString('en', { maximumFractionDigits: 1 })}`
}

function statisticsLines({ files, withNumRecords, asStruct, setting, columns, notIndexed }: StatisticsHealth): string {
  const seen = files - asStruct
  const thin = columns.filter(({ withMinMax, withNullCount }) => (withMinMax ?? seen) < seen || withNullCount < seen)
  const lines = thin
    .slice(0, columnsShown)
    .map(({ name, withMinMax, withNullCount }) => [
      `  ${name}`,
      withMinMax === null ? '' : `minimum and maximum: ${partOf(withMinMax, seen)}`,
      `nulls: ${partOf(withNullCount, seen)}`,
    ])
  return [
    facts([
      ['Rows counted', partOf(withNumRecords, files)],
      ['Indexed columns', `${count(columns.length)} (${setting})`],
      ...(notIndexed.length > 0 ? [['Not indexed', some(notIndexed)]] : []),
      ...(asStruct > 0
        ? [
            [
              'Not looked at',
              `columns of ${count(asStruct)} ${asStruct === 1 ? 'file' : 'files'}, whose statistics the checkpoint keeps as a struct`,
            ],
          ]
        : []),
    ]),
    ...(lines.length > 0 ? ['  Columns that are not covered everywhere\n', facts(lines)] : []),
    ...(thin.length > columnsShown ? [`    and ${count(thin.length - columnsShown)} more\n`] : []),
  ].join('')
}

function partOf(number: number, files: number): string {
  return number === files ? 'all' : `${count(number)} of ${count(files)} files`
}

function logLines(log: LogHealth): string {
  const { checkpoint, cleanUp } = log
  const after = cleanUp.unreadable.length > 0 ? `; ${versionsText(cleanUp.unreadable)} could not be read then` : ''
  return facts([
    ['Files', amount(log)],
    [
      'Checkpoint',
      checkpoint
        ? `version ${checkpoint.version}, ${bytesText(checkpoint.bytes)}, ${ageText(checkpoint.ageHours)} old; ${count(log.commitsSinceCheckpoint)} commits since`
        : `none; ${count(log.commitsSinceCheckpoint)} commits`,
    ],
    ['Oldest commit', log.oldestCommit === null ? 'none' : String(log.oldestCommit)],
    ['Oldest readable version', log.oldestReadable === null ? 'none' : String(log.oldestReadable)],
    ...ranges('Cannot be read', log.unreadable),
    ['Retention', log.retention],
    ['Clean-up may remove', cleanUp.enabled ? `${amount(cleanUp)}${after}` : 'nothing: delta.enableExpiredLogCleanup is false'],
    ['Checksum of the newest version', log.hasChecksum ? 'yes' : 'no'],
  ])
}

function vacuumLines(vacuum: VacuumHealth, lastVacuum: string | null): string {
  const { data, deletionVectors, changes, earlier } = vacuum
  return [
    facts([
      ['Removed before', vacuum.before],
      ['Data files', amount(data)],
      ...(deletionVectors.files > 0 ? [['Files of deletion vectors', amount(deletionVectors)]] : []),
      ...(changes.files > 0 ? [['Change files', amount(changes)]] : []),
      ...(vacuum.withoutSize > 0 ? [['Of unknown size', `${count(vacuum.withoutSize)} of these files`]] : []),
      ['Versions it makes unreadable', vacuum.unreadable.length === 0 ? 'none' : versionsText(vacuum.unreadable)],
      ...(lastVacuum === null ? [] : [['Last VACUUM', lastVacuum]]),
      ...(earlier ? [['Logged VACUUM', `version ${earlier.version}, of what was removed before ${earlier.before}`]] : []),
      ...ranges('Unreadable since then', earlier?.unreadable ?? []),
    ]),
    '  Not counted: files that the log does not name, as failed and empty writes leave them.\n',
    '  Still counted: files that a VACUUM has removed of which the log does not tell.\n',
  ].join('')
}

function ranges(label: string, of: readonly VersionRange[]): readonly (readonly string[])[] {
  return of.length === 0 ? [] : [[label, versionsText(of)]]
}

function facts(lines: readonly (readonly string[])[]): string {
  return indent(alignedLines(lines))
}

function indent(lines: string): string {
  return lines.replace(/^(?=.)/gm, '  ')
}

function indented(lines: readonly string[]): string {
  return lines.map(line => `  ${line}\n`).join('')
}

function amount({ files, bytes }: FilesAndBytes): string {
  return `${count(files)} ${files === 1 ? 'file' : 'files'}, ${bytesText(bytes)}`
}

function sizeText(bytes: number | null): string {
  return bytes === null ? 'none' : bytesText(bytes)
}

function shareText(share: number | null): string {
  return share === null ? '' : ` (${percent(share)})`
}

function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function ageText(hours: number): string {
  if (hours < 1) return `${Math.round(hours * 60)} minutes`
  return hours < 48 ? `${Math.round(hours)} hours` : `${count(Math.round(hours / 24))} days`
}

function some(names: readonly string[]): string {
  const more = names.length - columnsShown
  return `${names.slice(0, columnsShown).join(', ')}${more > 0 ? ` and ${count(more)} more` : ''}`
}

function count(value: number): string {
  return value.toLocaleString('en')
}
