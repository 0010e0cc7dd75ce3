/** A table that Spark writes for a test; `$t` in a step stands for the table, `$p` for the folder that all lie in. */
export interface SparkTable {
  readonly name: string
  readonly steps: readonly string[]
  /** The table that must be complete before. */
  readonly after?: string
}

const properties = (text: string): string => `TBLPROPERTIES (${text})`
const noStats = "'delta.dataSkippingNumIndexedCols' = '0'"

/** Tables that use, between them, every feature and type whose rows we read. */
export const sparkTables: readonly SparkTable[] = [
  {
    name: 'types',
    steps: [
      `CREATE TABLE $t (id INT, b BOOLEAN, i8 TINYINT, i16 SMALLINT, i64 BIGINT, f FLOAT, d DOUBLE, d9 DECIMAL(9,2), d18 DECIMAL(18,4),
         d38 DECIMAL(38,18), s STRING, bin BINARY, dt DATE, ts TIMESTAMP, tn TIMESTAMP_NTZ, c CHAR(3), v VARCHAR(5)) USING delta`,
      `INSERT INTO $t VALUES
         (1, true, -128, -32768, -9223372036854775808, float('-Infinity'), double('NaN'), -1234567.89, 12345678901234.5678,
          -12345678901234567890.123456789012345678, 'Größe 🦆', X'00FF80', DATE'0001-01-01', TIMESTAMP'0001-01-01 00:00:00.000001Z',
          TIMESTAMP_NTZ'9999-12-31 23:59:59.999999', 'ab', 'abcde'),
         (2, false, 127, 32767, 9223372036854775807, float('3.4e38'), double('-0.0'), 0.01, -0.0001, 0.000000000000000001, '', X'',
          DATE'9999-12-31', TIMESTAMP'1969-12-31 23:59:59.999999Z', TIMESTAMP_NTZ'1582-10-04 12:00:00', 'abc', ''),
         (3, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null)`,
      'SET spark.sql.parquet.outputTimestampType = INT96',
      `INSERT INTO $t SELECT 4, true, 0, 0, 0, 1e-40, 4.9e-324, 1, 1, 1, 'x', X'01', DATE'1582-10-15', TIMESTAMP'1900-01-01 12:34:56.789012Z',
         TIMESTAMP_NTZ'1970-01-01 00:00:00.000001', 'z', 'z'`,
      'RESET spark.sql.parquet.outputTimestampType',
    ],
  },
  {
    name: 'old_calendar',
    steps: [
      'CREATE TABLE $t (id INT, dt DATE, ts TIMESTAMP, l ARRAY<DATE>) USING delta',
      'SET spark.sql.parquet.datetimeRebaseModeInWrite = LEGACY',
      'SET spark.sql.parquet.int96RebaseModeInWrite = LEGACY',
      `INSERT INTO $t VALUES (1, DATE'0001-01-01', TIMESTAMP'0001-01-01 12:00:00Z', array(DATE'1500-03-01', DATE'1582-10-15')),
         (2, DATE'1582-10-04', TIMESTAMP'1582-10-04 23:59:59.999999Z', null), (3, DATE'1899-12-31', TIMESTAMP'1899-12-31 00:00:00Z', array())`,
      'SET spark.sql.parquet.outputTimestampType = INT96',
      "INSERT INTO $t VALUES (4, DATE'2024-02-29', TIMESTAMP'1000-02-28 00:00:00.000001Z', null)",
      'RESET spark.sql.parquet.outputTimestampType',
      'RESET spark.sql.parquet.datetimeRebaseModeInWrite',
      'RESET spark.sql.parquet.int96RebaseModeInWrite',
    ],
  },
  {
    name: 'nested',
    steps: [
      `CREATE TABLE $t (id INT, a ARRAY<INT>, aa ARRAY<ARRAY<DECIMAL(10,3)>>, m MAP<INT, STRUCT<x: BIGINT, y: ARRAY<STRING>>>,
         st STRUCT<\`1\`: INT, \`a.b\`: STRUCT<z: STRING, deep: MAP<STRING, ARRAY<TIMESTAMP>>>>, mm MAP<STRING, MAP<STRING, DATE>>) USING delta`,
      `INSERT INTO $t VALUES
         (1, array(1, null, 3), array(array(1.5, null), array(), null), map(2, named_struct('x', 1L, 'y', array('a', null)), 1, null),
          named_struct('1', 1, 'a.b', named_struct('z', 'q', 'deep', map('k', array(TIMESTAMP'2024-02-29 00:00:00Z', null), 'l', null))),
          map('p', map('q', DATE'2024-02-29'), 'r', map())),
         (2, array(), array(), map(), named_struct('1', null, 'a.b', null), map()),
         (3, null, null, null, null, null),
         (4, array(null), array(null), map(7, named_struct('x', null, 'y', null)), named_struct('1', 2, 'a.b', named_struct('z', null, 'deep', null)), null)`,
      `INSERT INTO $t SELECT id, sequence(0, id % 5), array(array(cast(id AS DECIMAL(10,3)))), map(id, named_struct('x', cast(id AS BIGINT), 'y', array(repeat('w', id % 3)))),
         named_struct('1', id, 'a.b', named_struct('z', 'x', 'deep', null)), null FROM (SELECT cast(id AS INT) id FROM range(5, 400))`,
      'DELETE FROM $t WHERE id % 3 = 0',
      'ALTER TABLE $t ADD COLUMNS (st.added STRUCT<n: INT>, late STRING)',
      "INSERT INTO $t SELECT 1000, null, null, null, named_struct('1', 1, 'a.b', null, 'added', named_struct('n', 5)), null, 'here'",
    ],
  },
  {
    name: 'partitions',
    steps: [
      `CREATE TABLE $t (id INT, pb BOOLEAN, pi INT, pl BIGINT, pd DATE, pt TIMESTAMP, pn TIMESTAMP_NTZ, ps STRING, pc DECIMAL(10,2), pf DOUBLE)
         USING delta PARTITIONED BY (pb, pi, pl, pd, pt, pn, ps, pc, pf)`,
      `INSERT INTO $t VALUES
         (1, true, -1, 9223372036854775807, DATE'1582-10-04', TIMESTAMP'2024-01-01 00:00:00.123456Z', TIMESTAMP_NTZ'2024-01-01 00:00:00.1', 'a b/c=%41:"é', -0.50, 1.5),
         (2, false, 2, 0, DATE'2024-02-29', TIMESTAMP'1969-12-31 23:59:59Z', TIMESTAMP_NTZ'0001-01-01 00:00:00', '', 12345678.90, double('NaN')),
         (3, null, null, null, null, null, null, null, null, null),
         (4, true, 0, -9223372036854775808, DATE'9999-12-31', TIMESTAMP'9999-12-31 23:59:59.999999Z', TIMESTAMP_NTZ'2024-06-01 12:00:00', '__HIVE_DEFAULT', 0, double('-Infinity'))`,
      'DELETE FROM $t WHERE pi = 2',
      "UPDATE $t SET ps = 'moved' WHERE id = 1",
    ],
  },
  {
    name: 'deletions',
    steps: [
      `CREATE TABLE $t USING delta ${properties("'delta.enableDeletionVectors' = 'true', 'delta.checkpointInterval' = '3'")} AS SELECT id, id % 10 AS k, uuid() AS u FROM range(0, 8000, 1, 3)`,
      'DELETE FROM $t WHERE id % 7 = 0',
      'UPDATE $t SET k = -1 WHERE id < 500',
      `MERGE INTO $t USING (SELECT id * 2 AS id FROM range(2000, 5000)) s ON $t.id = s.id
         WHEN MATCHED AND k > 5 THEN DELETE WHEN MATCHED THEN UPDATE SET k = 99 WHEN NOT MATCHED THEN INSERT (id, k, u) VALUES (s.id, 7, 'new')`,
      'DELETE FROM $t WHERE id BETWEEN 1000 AND 6000',
      'OPTIMIZE $t',
      'RESTORE TABLE $t TO VERSION AS OF 2',
      'DELETE FROM $t WHERE id = 7345',
    ],
  },
  {
    name: 'padded',
    steps: [
      'CREATE TABLE $t (id INT, st STRUCT<a: CHAR(3), n: STRUCT<c: CHAR(2), d: DECIMAL(10,2)>>, l ARRAY<CHAR(3)>, m MAP<CHAR(2), VARCHAR(4)>, p CHAR(4)) USING delta PARTITIONED BY (p)',
      "INSERT INTO $t VALUES (1, named_struct('a', 'x', 'n', named_struct('c', 'é', 'd', 1)), array('a', null, 'abc'), map('k', 'v'), 'p'), (2, null, null, null, null)",
    ],
  },
  { name: 'clone', after: 'deletions', steps: ['CREATE TABLE $t SHALLOW CLONE delta.`$p/deletions`', 'DELETE FROM $t WHERE id = 7346'] },
  {
    name: 'mapped',
    steps: [
      `CREATE TABLE $t (id INT, name STRING, st STRUCT<a: INT, b: STRING>, part STRING) USING delta PARTITIONED BY (part) ${properties("'delta.columnMapping.mode' = 'name'")}`,
      "INSERT INTO $t VALUES (1, 'one', named_struct('a', 1, 'b', 'x'), 'p'), (2, 'two', null, 'q')",
      'ALTER TABLE $t RENAME COLUMN name TO `the name, new`',
      'ALTER TABLE $t RENAME COLUMN st.a TO a2',
      'ALTER TABLE $t DROP COLUMN st.b',
      "INSERT INTO $t VALUES (3, 'three', named_struct('a2', 3), 'p')",
      'ALTER TABLE $t ADD COLUMN name STRING AFTER id',
      'ALTER TABLE $t RENAME COLUMN part TO department',
      "INSERT INTO $t VALUES (4, 'four', 'vier', null, null)",
      'DELETE FROM $t WHERE id = 1',
    ],
  },
  {
    name: 'mapped_by_id',
    steps: [
      `CREATE TABLE $t (id INT, m MAP<STRING, STRUCT<v: INT>>, arr ARRAY<STRUCT<w: STRING, x: INT>>) USING delta ${properties("'delta.columnMapping.mode' = 'id'")}`,
      "INSERT INTO $t VALUES (1, map('k', named_struct('v', 1)), array(named_struct('w', 'a', 'x', 1), null))",
      'ALTER TABLE $t RENAME COLUMN arr.element.w TO z',
      'ALTER TABLE $t DROP COLUMN arr.element.x',
      "INSERT INTO $t VALUES (2, map(), array(named_struct('z', 'b')))",
    ],
  },
  {
    name: 'widened',
    steps: [
      `CREATE TABLE $t (a TINYINT, b INT, c FLOAT, d DECIMAL(6,2), e DATE, f INT, g SMALLINT, n STRUCT<x: INT>, l ARRAY<SMALLINT>, p INT) USING delta
         PARTITIONED BY (p) ${properties("'delta.enableTypeWidening' = 'true', 'delta.feature.timestampNtz' = 'supported'")}`,
      "INSERT INTO $t VALUES (1, 2, 3.1, 4.25, DATE'2024-02-29', 7, 8, named_struct('x', 9), array(1, null), 5), (null, null, null, null, null, null, null, null, null, null)",
      'ALTER TABLE $t ALTER COLUMN a TYPE INT',
      'ALTER TABLE $t ALTER COLUMN b TYPE BIGINT',
      'ALTER TABLE $t ALTER COLUMN c TYPE DOUBLE',
      'ALTER TABLE $t ALTER COLUMN d TYPE DECIMAL(20,4)',
      'ALTER TABLE $t ALTER COLUMN e TYPE TIMESTAMP_NTZ',
      'ALTER TABLE $t ALTER COLUMN f TYPE DOUBLE',
      'ALTER TABLE $t ALTER COLUMN g TYPE DECIMAL(12,1)',
      'ALTER TABLE $t ALTER COLUMN n.x TYPE BIGINT',
      'ALTER TABLE $t ALTER COLUMN l.element TYPE INT',
      'ALTER TABLE $t ALTER COLUMN p TYPE BIGINT',
      "INSERT INTO $t VALUES (100000, 5000000000, 0.1D, 1234567890123456.7891, TIMESTAMP_NTZ'2024-01-01 01:02:03.456789', 1e300D, 99999999999.5, named_struct('x', 5000000000), array(100000), 5000000000)",
    ],
  },
  {
    name: 'variants',
    steps: [
      'CREATE TABLE $t (id INT, v VARIANT, a ARRAY<VARIANT>, s STRUCT<v: VARIANT>, m MAP<STRING, VARIANT>) USING delta',
      `INSERT INTO $t SELECT 1, parse_json('{"b":[1,-1.50,true,null,"x\\u00e9"],"a":{"k":9223372036854775807,"deep":[[]]},"e":{}}'), array(parse_json('1e300'), null), named_struct('v', parse_json('null')), map('k', parse_json('"t"'))`,
      'INSERT INTO $t VALUES (2, null, null, null, null)',
      `INSERT INTO $t SELECT 3, to_variant_object(named_struct('d', DATE'2024-02-29', 't', TIMESTAMP'2024-01-01 00:00:00.123456Z', 'n', TIMESTAMP_NTZ'2024-01-01 00:00:00.1',
         'b', X'00FF', 'f', float(1.5), 'dec', cast(12345678901234567890.123 AS DECIMAL(38,3)), 'long', repeat('y', 200))), array(), named_struct('v', null), map()`,
    ],
  },
  {
    name: 'shredded',
    steps: [
      `CREATE TABLE $t (id INT, v VARIANT) USING delta ${properties("'delta.enableVariantShredding' = 'true'")}`,
      `INSERT INTO $t SELECT cast(id AS INT), parse_json(CASE WHEN id % 5 = 0 THEN '[1,2,{"x":null}]' WHEN id % 7 = 0 THEN 'null' WHEN id % 11 = 0 THEN null
         ELSE '{"n":' || id || ',"s":"t' || id || '","f":' || id || '.25,"o":{"k":[' || id || ',"m"]},"rest' || (id % 3) || '":true}' END) FROM range(0, 300)`,
      `INSERT INTO $t SELECT cast(id AS INT), to_variant_object(named_struct('d', date_add(DATE'2024-01-01', cast(id AS INT)), 'l', array(id, id + 1), 't', timestamp_micros(id))) FROM range(300, 400)`,
    ],
  },
  {
    name: 'checkpoint_v2',
    steps: [
      `CREATE TABLE $t (id BIGINT, p INT) USING delta PARTITIONED BY (p) ${properties("'delta.checkpointPolicy' = 'v2', 'delta.checkpointInterval' = '2', 'delta.enableDeletionVectors' = 'true'")}`,
      'INSERT INTO $t SELECT id, cast(id % 4 AS INT) FROM range(100)',
      'DELETE FROM $t WHERE id = 5',
      'INSERT INTO $t SELECT id, 9 FROM range(100, 110)',
      'DELETE FROM $t WHERE p = 2',
      'DELETE FROM $t WHERE id = 101',
    ],
  },
  {
    name: 'struct_stats',
    steps: [
      `CREATE TABLE $t (id BIGINT, s STRING) USING delta ${properties("'delta.checkpoint.writeStatsAsJson' = 'false', 'delta.checkpoint.writeStatsAsStruct' = 'true', 'delta.checkpointInterval' = '2'")}`,
      "INSERT INTO $t SELECT id, 'a' FROM range(50)",
      "INSERT INTO $t SELECT id, 'b' FROM range(50, 70)",
      "INSERT INTO $t SELECT id, 'c' FROM range(70, 75)",
      'DELETE FROM $t WHERE id = 60',
    ],
  },
  {
    name: 'no_stats',
    steps: [
      `CREATE TABLE $t (id BIGINT) USING delta ${properties(noStats)}`,
      'SET spark.databricks.delta.stats.collect = false',
      'INSERT INTO $t SELECT id FROM range(0, 1000, 1, 3)',
      'RESET spark.databricks.delta.stats.collect',
      'DELETE FROM $t WHERE id % 2 = 0',
    ],
  },
  {
    name: 'own_times',
    steps: [
      'CREATE TABLE $t (id INT) USING delta',
      'INSERT INTO $t VALUES (1)',
      "ALTER TABLE $t SET TBLPROPERTIES ('delta.enableInCommitTimestamps' = 'true')",
      'INSERT INTO $t VALUES (2)',
      'INSERT INTO $t VALUES (3)',
    ],
  },
  {
    name: 'codecs',
    steps: [
      'CREATE TABLE $t (codec STRING, id BIGINT, d DOUBLE, s STRING, maybe INT) USING delta',
      ...['zstd', 'gzip', 'lz4', 'lz4_raw', 'snappy', 'uncompressed', 'brotli'].flatMap(codec =>
        codec === 'brotli'
          ? []
          : [
              `SET spark.sql.parquet.compression.codec = ${codec}`,
              `INSERT INTO $t SELECT '${codec}', id, id / 7, repeat(cast(id AS STRING), 3), if(id % 3 = 0, null, cast(id AS INT)) FROM range(0, 700, 1, 1)`,
            ],
      ),
      'SET parquet.writer.version = PARQUET_2_0',
      "INSERT INTO $t SELECT 'v2', id * id, id / 7, if(id % 5 = 0, null, 'prefix ' || id), null FROM range(0, 700, 1, 1)",
      'RESET parquet.writer.version',
      'RESET spark.sql.parquet.compression.codec',
    ],
  },
  {
    name: 'row_groups',
    steps: [
      'SET parquet.block.size = 65536',
      'SET parquet.page.size = 4096',
      'CREATE TABLE $t USING delta AS SELECT id, uuid() AS u, sequence(0, id % 4) AS l, if(id % 3 = 0, null, id) AS n FROM range(0, 12000, 1, 1)',
      'RESET parquet.block.size',
      'RESET parquet.page.size',
      'DELETE FROM $t WHERE id % 11 = 3',
    ],
  },
  {
    name: 'clustered',
    steps: [
      `CREATE TABLE $t (id INT, region STRING) USING delta CLUSTER BY (region) ${properties("'delta.enableChangeDataFeed' = 'true', 'delta.enableRowTracking' = 'true'")}`,
      "INSERT INTO $t SELECT cast(id AS INT), 'r' || (id % 3) FROM range(100)",
      "UPDATE $t SET region = 'x' WHERE id < 10",
      'OPTIMIZE $t',
      'DELETE FROM $t',
    ],
  },
  {
    name: 'previews',
    steps: [
      `CREATE TABLE $t (id INT, v VARIANT, w TINYINT) USING delta ${properties(
        [
          ...['variantType-preview', 'variantShredding-preview', 'typeWidening-preview', 'vacuumProtocolCheck'].map(
            feature => `'delta.feature.${feature}' = 'supported'`,
          ),
          "'delta.enableVariantShredding' = 'true', 'delta.enableTypeWidening' = 'true'",
        ].join(', '),
      )}`,
      "INSERT INTO $t SELECT cast(id AS INT), parse_json('{\"n\":' || id || '}'), id FROM range(20)",
      'ALTER TABLE $t ALTER COLUMN w TYPE INT',
      'INSERT INTO $t VALUES (20, null, 70000)',
    ],
  },
  {
    name: 'mapped_later',
    steps: [
      'CREATE TABLE $t (id INT, s STRUCT<a: INT, b: INT>, p STRING) USING delta PARTITIONED BY (p)',
      "INSERT INTO $t VALUES (1, named_struct('a', 1, 'b', 2), 'x'), (5, null, 'x')",
      "ALTER TABLE $t SET TBLPROPERTIES ('delta.columnMapping.mode' = 'name')",
      'ALTER TABLE $t RENAME COLUMN s.a TO c',
      'ALTER TABLE $t RENAME COLUMN p TO q',
      "INSERT INTO $t VALUES (2, named_struct('c', 3, 'b', 4), 'y')",
      'DELETE FROM $t WHERE id = 1',
    ],
  },
  {
    name: 'dropped_feature',
    steps: [
      `CREATE TABLE $t (id INT) USING delta ${properties("'delta.enableDeletionVectors' = 'true'")}`,
      'INSERT INTO $t SELECT cast(id AS INT) FROM range(9)',
      'DELETE FROM $t WHERE id = 3',
      "ALTER TABLE $t SET TBLPROPERTIES ('delta.enableDeletionVectors' = 'false')",
      'ALTER TABLE $t DROP FEATURE deletionVectors',
      'INSERT INTO $t VALUES (100)',
    ],
  },
  {
    name: 'writer_features',
    steps: [
      `CREATE TABLE $t (id BIGINT GENERATED ALWAYS AS IDENTITY, at TIMESTAMP, day DATE GENERATED ALWAYS AS (CAST(at AS DATE)), n INT DEFAULT 7, s STRING NOT NULL)
         USING delta PARTITIONED BY (day) ${properties(
           [
             ...['allowColumnDefaults', 'materializePartitionColumns'].map(feature => `'delta.feature.${feature}' = 'supported'`),
             "'delta.appendOnly' = 'true', 'delta.enableRowTracking' = 'true', 'delta.enableMaterializePartitionColumnsFeature' = 'true'",
           ].join(', '),
         )}`,
      "INSERT INTO $t (at, s) VALUES (TIMESTAMP'2024-02-29 23:59:59.5Z', 'a'), (null, 'b')",
      'ALTER TABLE $t ADD CONSTRAINT positive CHECK (n > 0)',
      "INSERT INTO $t (at, n, s) VALUES (TIMESTAMP'2024-03-01 00:00:00Z', 8, 'c')",
      "ALTER TABLE $t SET TBLPROPERTIES ('delta.appendOnly' = 'false')",
      "UPDATE $t SET n = 9 WHERE s = 'a'",
    ],
  },
]
