import type { SparkTable } from './sparkTables.ts'

/** A table whose versions are compared; `key` names its rows. */
export interface DiffTable extends SparkTable {
  readonly key: string
  /** The first name of columns that were renamed. */
  readonly renamed?: Readonly<Record<string, string>>
  /** Versions that are compared by a query on Spark only: their values are the same, but do not look it. */
  readonly queried?: readonly (readonly [from: number, to: number])[]
  /** Where Spark's change data gives the same answer. */
  readonly changeDataFrom?: number
}

const withVectors = "'delta.enableDeletionVectors' = 'true'"
const withChangeData = "'delta.enableChangeDataFeed' = 'true'"

/** Tables whose histories hold, between them, every way in which the rows of two versions come to differ. */
export const diffTables: readonly DiffTable[] = [
  {
    name: 'copied',
    key: 'id',
    steps: [
      'CREATE TABLE $t (id BIGINT, v STRING, d DOUBLE) USING delta',
      "INSERT INTO $t SELECT id, concat('v', id), id / 3 FROM range(0, 400, 1, 2)",
      "UPDATE $t SET v = 'x' WHERE id % 50 = 3",
      'DELETE FROM $t WHERE id BETWEEN 10 AND 19',
      `MERGE INTO $t USING (SELECT id, 'm' AS v, 0.5D AS d FROM range(390, 410)) s ON $t.id = s.id
         WHEN MATCHED AND $t.id > 395 THEN DELETE WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *`,
      'OPTIMIZE $t',
      "INSERT INTO $t VALUES (500, null, double('NaN')), (501, '', double('-0.0'))",
      'UPDATE $t SET d = 0.0D WHERE id = 501',
      'RESTORE TABLE $t TO VERSION AS OF 3',
      "INSERT OVERWRITE $t SELECT id, concat('v', id), id / 3 FROM range(0, 390)",
    ],
  },
  {
    name: 'vectors',
    key: 'id',
    steps: [
      `CREATE TABLE $t (id BIGINT, v STRING) USING delta TBLPROPERTIES (${withVectors}, 'delta.checkpointInterval' = '3')`,
      "INSERT INTO $t SELECT id, concat('v', id) FROM range(0, 1000, 1, 2)",
      'DELETE FROM $t WHERE id % 7 = 0',
      'DELETE FROM $t WHERE id % 11 = 0',
      "UPDATE $t SET v = 'u' WHERE id BETWEEN 100 AND 130",
      'RESTORE TABLE $t TO VERSION AS OF 2',
      'OPTIMIZE $t',
      'DELETE FROM $t WHERE id < 20',
      'REORG TABLE $t APPLY (PURGE)',
    ],
  },
  {
    name: 'change_data',
    key: 'id',
    changeDataFrom: 1,
    steps: [
      `CREATE TABLE $t (id BIGINT, v STRING, p INT) USING delta PARTITIONED BY (p) TBLPROPERTIES (${withChangeData})`,
      "INSERT INTO $t SELECT id, concat('v', id), cast(id % 3 AS INT) FROM range(0, 300)",
      "UPDATE $t SET v = 'x' WHERE id % 50 = 3",
      "UPDATE $t SET v = 'y' WHERE id % 100 = 3",
      'DELETE FROM $t WHERE id BETWEEN 10 AND 19',
      'DELETE FROM $t WHERE p = 2',
      'OPTIMIZE $t',
      `MERGE INTO $t USING (SELECT id, 'm' AS v, 1 AS p FROM range(5, 15)) s ON $t.id = s.id
         WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *`,
      "UPDATE $t SET p = 0, v = 'z' WHERE id = 6",
      "UPDATE $t SET p = 1, v = 'm' WHERE id = 6",
    ],
  },
  {
    name: 'change_data_mapped',
    key: 'id',
    renamed: { thing: 'st' },
    steps: [
      `CREATE TABLE $t (id BIGINT, st STRUCT<a: INT, b: STRING>, p STRING) USING delta PARTITIONED BY (p)
         TBLPROPERTIES (${withChangeData}, ${withVectors}, 'delta.columnMapping.mode' = 'id')`,
      "INSERT INTO $t SELECT id, named_struct('a', cast(id AS INT), 'b', 'x'), if(id % 2 = 0, 'even', null) FROM range(0, 100)",
      'UPDATE $t SET st.a = -1 WHERE id < 5',
      'DELETE FROM $t WHERE id BETWEEN 3 AND 7',
      'ALTER TABLE $t RENAME COLUMN st TO thing',
      "UPDATE $t SET thing.b = 'renamed' WHERE id > 97",
    ],
  },
  {
    name: 'evolving',
    key: 'id',
    renamed: { amount: 'v' },
    steps: [
      `CREATE TABLE $t (id INT, v SMALLINT, s STRUCT<x: INT>) USING delta
         TBLPROPERTIES ('delta.columnMapping.mode' = 'name', 'delta.enableTypeWidening' = 'true')`,
      "INSERT INTO $t SELECT cast(id AS INT), cast(id AS SMALLINT), named_struct('x', cast(id AS INT)) FROM range(0, 50)",
      'ALTER TABLE $t ALTER COLUMN v TYPE BIGINT',
      'INSERT INTO $t VALUES (100, 5000000000, null)',
      'ALTER TABLE $t RENAME COLUMN v TO amount',
      'UPDATE $t SET amount = 7 WHERE id = 7 OR id = 8',
      'ALTER TABLE $t ADD COLUMN late STRING',
      "INSERT INTO $t VALUES (101, 1, null, 'here')",
      'ALTER TABLE $t DROP COLUMN late',
      'DELETE FROM $t WHERE id < 5',
    ],
  },
  {
    name: 'widened',
    key: 'id',
    queried: [
      [1, 5],
      [5, 1],
      [0, 7],
      [6, 7],
    ],
    steps: [
      `CREATE TABLE $t (id INT, f FLOAT, d DECIMAL(6,2), t DATE, a ARRAY<INT>) USING delta
         TBLPROPERTIES ('delta.enableTypeWidening' = 'true', 'delta.feature.timestampNtz' = 'supported')`,
      "INSERT INTO $t VALUES (1, 3.1, 4.25, DATE'2024-02-29', array(1, null)), (2, null, null, null, null), (3, 0.5, 1, DATE'0001-01-01', array(3))",
      'ALTER TABLE $t ALTER COLUMN f TYPE DOUBLE',
      'ALTER TABLE $t ALTER COLUMN d TYPE DECIMAL(20,4)',
      'ALTER TABLE $t ALTER COLUMN t TYPE TIMESTAMP_NTZ',
      'UPDATE $t SET d = 4.2501 WHERE id = 3',
      'ALTER TABLE $t ALTER COLUMN a.element TYPE BIGINT',
      'INSERT INTO $t VALUES (4, 1e300D, 1, null, array(5000000000))',
    ],
  },
  {
    name: 'kinds',
    key: 'id',
    steps: [
      `CREATE TABLE $t (id INT, m MAP<STRING, INT>, a ARRAY<STRUCT<f: FLOAT, ts: TIMESTAMP>>, v VARIANT, b BINARY, dec DECIMAL(38,10), flag BOOLEAN) USING delta`,
      `INSERT INTO $t SELECT cast(id AS INT), map('k', 1, 'l', cast(id AS INT)), array(named_struct('f', float('NaN'), 'ts', timestamp_micros(id)), null), parse_json('{"a":1,"b":[' || id || ']}'),
         cast(cast(id AS STRING) AS BINARY), id / 7, id % 2 = 0 FROM range(0, 60)`,
      "UPDATE $t SET m = map('l', id, 'k', 1), v = parse_json('{\"b\":[' || id || '],\"a\":1}') WHERE id < 20",
      'UPDATE $t SET m = null, a = null, v = null, b = null, dec = null, flag = null WHERE id BETWEEN 10 AND 12',
      "UPDATE $t SET a = array(named_struct('f', float('-0.0'), 'ts', null)) WHERE id = 30",
      "UPDATE $t SET a = array(named_struct('f', float('0.0'), 'ts', null)) WHERE id = 30",
    ],
  },
  {
    name: 'repeated',
    key: 'k',
    steps: [
      'CREATE TABLE $t (k INT, v INT) USING delta',
      'INSERT INTO $t VALUES (1, 1), (1, 1), (1, 2), (2, 1), (null, 5)',
      'INSERT OVERWRITE $t VALUES (1, 1), (1, 3), (2, 2), (2, 2), (null, 6)',
      'INSERT OVERWRITE $t VALUES (1, 1), (1, 1), (3, 3), (3, 3)',
    ],
  },
]
