import { unreachable } from '#base/unreachable.ts'
import { seededRandom } from './random.ts'
import { Dice, plain, randomType, seriesText, typeText, valueText, type RandomType } from './randomValues.ts'
import type { SparkTable } from './sparkTables.ts'

interface Column {
  readonly name: string
  readonly type: RandomType
}

/**
 * A table with a random history: a layout, then writes of every kind, changes of the schema, of properties and of the way that
 * Spark writes. The same for the same seed. Spark may refuse a step (a change that its features do not allow); it changes nothing then.
 */
export function randomSparkTable(name: string, seed: number, steps: number): SparkTable {
  return { name, steps: new TableStory(new Dice(seededRandom(seed))).tell(steps) }
}

const partitionTypes = ['STRING', 'INT', 'DATE', 'TIMESTAMP', 'DECIMAL(5,2)', 'BOOLEAN', 'DOUBLE', 'TIMESTAMP_NTZ', 'BIGINT', 'FLOAT']
const widerTypes: Readonly<Record<string, readonly string[]>> = {
  TINYINT: ['SMALLINT', 'INT', 'BIGINT', 'DOUBLE'],
  SMALLINT: ['INT', 'BIGINT', 'DOUBLE'],
  INT: ['BIGINT', 'DOUBLE'],
  FLOAT: ['DOUBLE'],
  'DECIMAL(5,2)': ['DECIMAL(18,6)', 'DECIMAL(38,10)'],
  'DECIMAL(18,6)': ['DECIMAL(38,10)'],
  DATE: ['TIMESTAMP_NTZ'],
}

class TableStory {
  readonly #dice: Dice
  readonly #steps: string[] = []
  #columns: Column[] = []
  #partitions: readonly string[] = []
  #isMapped = false
  #isClustered = false
  #writes = 0
  #names = 0
  #nextId = 0
  readonly #settings = new Set<string>()

  constructor(dice: Dice) {
    this.#dice = dice
  }

  tell(steps: number): readonly string[] {
    this.#create()
    this.#insertValues()
    const all = [
      ...weighted(5, () => this.#insertValues()),
      ...weighted(4, () => this.#insertSeries()),
      ...weighted(4, () => this.#delete()),
      ...weighted(4, () => this.#update()),
      ...weighted(3, () => this.#merge()),
      ...weighted(2, () => this.#optimize()),
      ...weighted(2, () => this.#restore()),
      ...weighted(3, () => this.#addColumn()),
      ...weighted(3, () => this.#renameOrDrop()),
      ...weighted(3, () => this.#widen()),
      ...weighted(2, () => this.#overwrite()),
      ...weighted(3, () => this.#setProperty()),
      ...weighted(2, () => this.#setSession()),
      ...weighted(1, () => this.#step('REORG TABLE $t APPLY (PURGE)')),
      ...weighted(1, () => this.#step(`ALTER TABLE $t ADD CONSTRAINT c${(this.#names += 1)} CHECK (id IS NOT NULL)`)),
    ]
    for (let i = 0; i < steps; i += 1) this.#dice.pick(all)()
    for (const name of this.#settings) this.#steps.push(`RESET ${name}`)
    return this.#steps
  }

  #step(sql: string): void {
    this.#steps.push(sql)
    this.#writes += 1
  }

  #create(): void {
    const dice = this.#dice
    this.#columns = [{ name: 'id', type: plain('BIGINT') }]
    for (let i = dice.below(7); i >= 0; i -= 1) this.#columns.push({ name: this.#newName(), type: randomType(dice, 2) })
    this.#isClustered = false
    this.#partitions = Array.from({ length: dice.chance(0.5) ? 1 + dice.below(2) : 0 }, (_, i) => `part ${i}`)
    for (const name of this.#partitions) this.#columns.push({ name, type: plain(dice.pick(partitionTypes)) })
    const properties = [...tableProperties].flatMap(([name, values]) => (dice.chance(0.35) ? [`'${name}' = '${dice.pick(values)}'`] : []))
    properties.push("'delta.feature.timestampNtz' = 'supported'")
    const mode = dice.pick(['name', 'id'])
    this.#isMapped = true
    properties.push(`'delta.columnMapping.mode' = '${mode}'`)
    if (dice.chance(0.4)) this.#goPlain(properties)
    const columns = this.#columns.map(({ name, type }) => `${quoted(name)} ${typeText(type)}`).join(', ')
    const layout = this.#partitions.length > 0 ? `PARTITIONED BY (${this.#partitions.map(quoted).join(', ')})` : this.#clustering()
    this.#step(`CREATE TABLE $t (${columns}) USING delta ${layout} TBLPROPERTIES (${properties.join(', ')})`)
  }

  /** A table without column mapping: names that Parquet takes, and nothing to rename. */
  #goPlain(properties: string[]): void {
    this.#isMapped = false
    properties.pop()
    this.#partitions = this.#partitions.map(simpleName)
    this.#columns = this.#columns.map(({ name, type }) => ({ name: simpleName(name), type: simpleNames(type) }))
  }

  #clustering(): string {
    const plainOnes = this.#columns.filter(({ type }) => type.kind === 'plain' && !['BOOLEAN', 'BINARY'].includes(type.name))
    this.#isClustered = this.#dice.chance(0.25)
    return this.#isClustered ? `CLUSTER BY (${quoted(this.#dice.pick(plainOnes).name)})` : ''
  }

  #insertValues(): void {
    const rows = Array.from({ length: 1 + this.#dice.below(8) }, () => `(${this.#values().join(', ')})`)
    this.#step(`INSERT INTO $t (${this.#list()}) VALUES ${rows.join(', ')}`)
  }

  #insertSeries(): void {
    this.#step(`INSERT INTO $t (${this.#list()}) ${this.#series()}`)
  }

  #series(): string {
    const count = 10 + this.#dice.below(200)
    const from = (this.#nextId += count)
    const chosen = this.#columns.map(({ name, type }) => this.#seriesOf(name, type))
    return `SELECT ${chosen.join(', ')} FROM range(${from}, ${from + count}, 1, ${1 + this.#dice.below(3)})`
  }

  /** Few partitions: each is a file or more. */
  #seriesOf(name: string, type: RandomType): string {
    if (name === 'id') return 'id'
    if (!this.#partitions.includes(name)) return seriesText(this.#dice, type)
    return `if(id % 2 = 0, ${valueText(this.#dice, type)}, ${valueText(this.#dice, type)})`
  }

  #values(): readonly string[] {
    return this.#columns.map(({ name, type }) => (name === 'id' ? `${(this.#nextId += 1)}L` : valueText(this.#dice, type)))
  }

  #list(): string {
    return this.#columns.map(({ name }) => quoted(name)).join(', ')
  }

  #condition(prefix = ''): string {
    const some = this.#dice.pick(this.#columns)
    const other = `${prefix}${quoted(some.name)} IS ${this.#dice.chance(0.5) ? 'NOT ' : ''}NULL`
    const modulus = 2 + this.#dice.below(9)
    return this.#dice.pick([
      `${prefix}id % ${modulus} = 0`,
      `${prefix}id > ${this.#dice.below(1000)}`,
      `${prefix}id % ${modulus} = 1 AND ${other}`,
    ])
  }

  #delete(): void {
    if (this.#partitions.length > 0 && this.#dice.chance(0.3))
      this.#step(`DELETE FROM $t WHERE ${quoted(this.#dice.pick(this.#partitions))} IS NULL`)
    else this.#step(this.#dice.chance(0.05) ? 'DELETE FROM $t' : `DELETE FROM $t WHERE ${this.#condition()}`)
  }

  #update(): void {
    const { name, type } = this.#dice.pick(this.#columns.slice(1))
    this.#step(`UPDATE $t SET ${quoted(name)} = ${valueText(this.#dice, type)} WHERE ${this.#condition()}`)
  }

  #merge(): void {
    const { name, type } = this.#dice.pick(this.#columns.slice(1))
    const all = this.#columns.map(column => (column.name === 'id' ? 's.id' : valueText(this.#dice, column.type)))
    const from = this.#dice.below(this.#nextId + 1)
    this.#step(
      `MERGE INTO $t USING (SELECT id FROM range(${from}, ${from + 60}, 2)) s ON $t.id = s.id WHEN MATCHED AND ${this.#condition('$t.')} THEN DELETE ` +
        `WHEN MATCHED THEN UPDATE SET ${quoted(name)} = ${valueText(this.#dice, type)} WHEN NOT MATCHED THEN INSERT (${this.#list()}) VALUES (${all.join(', ')})` +
        (this.#dice.chance(0.3) ? ' WHEN NOT MATCHED BY SOURCE AND $t.id % 13 = 5 THEN DELETE' : ''),
    )
  }

  #optimize(): void {
    const plainOnes = this.#columns.filter(({ name, type }) => type.kind === 'plain' && !this.#partitions.includes(name))
    this.#step(
      this.#dice.chance(0.4) && !this.#isClustered ? `OPTIMIZE $t ZORDER BY (${quoted(this.#dice.pick(plainOnes).name)})` : 'OPTIMIZE $t',
    )
  }

  /** Only as far back as the schema is the one of now, and not to the very last: a step without effect makes no version. */
  #restore(): void {
    const versions = Math.floor((this.#writes - this.#sameSchemaFrom) / 2)
    if (versions > 0) this.#step(`RESTORE TABLE $t TO VERSION AS OF ${this.#sameSchemaFrom + this.#dice.below(versions)}`)
  }

  #sameSchemaFrom = 0

  #changed(): void {
    this.#sameSchemaFrom = this.#writes
  }

  #addColumn(): void {
    const column = { name: this.#newName(), type: this.#isMapped ? randomType(this.#dice, 2) : simpleNames(randomType(this.#dice, 2)) }
    const added = { ...column, name: this.#isMapped ? column.name : simpleName(column.name) }
    this.#columns.push(added)
    this.#step(`ALTER TABLE $t ADD COLUMNS (${quoted(added.name)} ${typeText(added.type)}${this.#dice.chance(0.3) ? ' AFTER id' : ''})`)
    this.#changed()
  }

  #renameOrDrop(): void {
    if (!this.#isMapped) return
    const at = 1 + this.#dice.below(this.#columns.length - 1)
    const column = this.#columns[at]
    if (!column) return
    if (this.#dice.chance(0.5) || this.#columns.length < 4 || this.#partitions.includes(column.name)) {
      const name = this.#newName()
      this.#step(`ALTER TABLE $t RENAME COLUMN ${quoted(column.name)} TO ${quoted(name)}`)
      this.#columns[at] = { name, type: column.type }
      this.#partitions = this.#partitions.map(each => (each === column.name ? name : each))
    } else {
      this.#step(`ALTER TABLE $t DROP COLUMN ${quoted(column.name)}`)
      this.#columns.splice(at, 1)
    }
    this.#changed()
  }

  #widen(): void {
    const found = this.#columns.findIndex(({ type }) => type.kind === 'plain' && widerTypes[type.name] !== undefined)
    const column = this.#columns[found]
    if (column?.type.kind !== 'plain') return
    const name = this.#dice.pick(widerTypes[column.type.name] ?? [])
    this.#step("ALTER TABLE $t SET TBLPROPERTIES ('delta.enableTypeWidening' = 'true')")
    this.#step(`ALTER TABLE $t ALTER COLUMN ${quoted(column.name)} TYPE ${name}`)
    this.#columns[found] = { name: column.name, type: plain(name) }
    this.#changed()
  }

  #overwrite(): void {
    if (this.#dice.chance(0.5)) this.#step(`INSERT OVERWRITE $t (${this.#list()}) ${this.#series()}`)
    else this.#step(`INSERT INTO $t REPLACE WHERE id >= ${this.#nextId} ${this.#series()}`)
  }

  #setProperty(): void {
    const [name, values] = this.#dice.pick([...tableProperties, ...laterProperties])
    this.#step(`ALTER TABLE $t SET TBLPROPERTIES ('${name}' = '${this.#dice.pick(values)}')`)
  }

  #setSession(): void {
    const [name, values] = this.#dice.pick([...sessionSettings])
    this.#settings.add(name)
    this.#steps.push(`SET ${name} = ${this.#dice.pick(values)}`)
  }

  #newName(): string {
    this.#names += 1
    return this.#dice.pick([
      `c${this.#names}`,
      `Col ${this.#names}`,
      `é_${this.#names}`,
      `a.b${this.#names}`.replace('.', this.#isMapped ? '.' : '_'),
    ])
  }
}

const booleans: readonly string[] = ['true', 'false']

const tableProperties = new Map<string, readonly string[]>([
  ['delta.enableDeletionVectors', ['true', 'true', 'false']],
  ['delta.checkpointInterval', ['1', '2', '3', '5']],
  ['delta.checkpointPolicy', ['v2', 'classic']],
  ['delta.checkpoint.writeStatsAsJson', booleans],
  ['delta.checkpoint.writeStatsAsStruct', booleans],
  ['delta.enableChangeDataFeed', booleans],
  ['delta.enableRowTracking', booleans],
  ['delta.enableInCommitTimestamps', booleans],
  ['delta.enableTypeWidening', booleans],
  ['delta.dataSkippingNumIndexedCols', ['0', '1', '3', '-1']],
  ['delta.randomizeFilePrefixes', booleans],
])

const laterProperties = new Map<string, readonly string[]>([
  ['delta.columnMapping.mode', ['name']],
  ['comment', ['a table', 'Größe']],
])

const sessionSettings = new Map<string, readonly string[]>([
  ['spark.databricks.delta.checkpoint.partSize', ['2', '3', '1000000']],
  ['spark.sql.files.maxRecordsPerFile', ['0', '40']],
  ['spark.sql.parquet.compression.codec', ['snappy', 'zstd', 'gzip', 'lz4_raw', 'uncompressed']],
  ['spark.sql.parquet.outputTimestampType', ['INT96', 'TIMESTAMP_MICROS', 'TIMESTAMP_MILLIS']],
  ['spark.sql.sources.partitionOverwriteMode', ['DYNAMIC', 'STATIC']],
  ['parquet.writer.version', ['PARQUET_1_0', 'PARQUET_2_0']],
  ['parquet.page.size', ['1024', '1048576']],
  ['spark.databricks.delta.stats.collect', booleans],
])

function weighted<T>(weight: number, value: T): readonly T[] {
  return Array.from({ length: weight }, () => value)
}

function quoted(name: string): string {
  return `\`${name}\``
}

function simpleName(name: string): string {
  return name.replaceAll(' ', '_')
}

function simpleNames(type: RandomType): RandomType {
  switch (type.kind) {
    case 'plain':
      return type
    case 'array':
      return { kind: 'array', element: simpleNames(type.element) }
    case 'map':
      return { kind: 'map', key: type.key, value: simpleNames(type.value) }
    case 'struct':
      return {
        kind: 'struct',
        members: type.members.map(({ name, type: inner }) => ({ name: simpleName(name), type: simpleNames(inner) })),
      }
    default:
      return unreachable(type)
  }
}
