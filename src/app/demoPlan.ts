/** Where the layers of the demo lake lie. */
export interface DemoPlaces {
  readonly bronze: DemoLayer
  readonly silver: DemoLayer
  readonly gold: DemoLayer
}

export interface DemoLayer {
  /** Name of the database in the catalog. */
  readonly database: string
  readonly bucket: string
  /** Key prefix in the bucket: empty, or ending in `/`. */
  readonly prefix: string
}

export const defaultPlaces: DemoPlaces = {
  bronze: { database: 'bronze', bucket: 'bronze', prefix: '' },
  silver: { database: 'silver', bucket: 'silver', prefix: '' },
  gold: { database: 'gold', bucket: 'gold', prefix: '' },
}

/** One table as the steps that write it: step n makes version n, with exactly one commit. */
export interface DemoTablePlan {
  readonly layer: keyof DemoPlaces
  readonly name: string
  readonly steps: readonly DemoStep[]
}

export interface DemoStep {
  readonly title: string
  readonly sql: string
}

const stocksView = 'dataflow_demo_stocks'
const sp500View = 'dataflow_demo_sp500'

/** Address of a layer's folder as Spark names it, without a slash at the end. */
export function layerLocation({ bucket, prefix }: DemoLayer): string {
  return `s3a://${bucket}/${prefix}`.replace(/\/$/, '')
}

/** A table by its path, as SQL names it. */
export function tablePath(layer: DemoLayer, name: string): string {
  return `delta.\`${layerLocation(layer)}/${name}\``
}

/** Keys of the raw files, kept beside the bronze tables. */
export function rawKeys({ bronze }: DemoPlaces): { readonly stocks: string; readonly sp500: string } {
  return { stocks: `${bronze.prefix}_raw/stocks.csv`, sp500: `${bronze.prefix}_raw/sp500-2000.csv` }
}

/** Statements that make the raw files readable, without any type inference. */
export function rawViews(places: DemoPlaces): readonly string[] {
  const keys = rawKeys(places)
  const view = (name: string, columns: string, key: string): string =>
    `CREATE OR REPLACE TEMPORARY VIEW ${name} (${columns}) USING csv OPTIONS (path 's3a://${places.bronze.bucket}/${key}', header 'true')`
  return [
    view(stocksView, 'symbol STRING, date STRING, price STRING', keys.stocks),
    view(sp500View, 'date STRING, open STRING, high STRING, low STRING, close STRING, adjclose STRING, volume STRING', keys.sp500),
  ]
}

/** All tables in the order in which they are written; later ones read earlier ones. */
export function demoPlan(places: DemoPlaces): readonly DemoTablePlan[] {
  const stocksRaw = tablePath(places.bronze, 'stocks_raw')
  const sp500Raw = tablePath(places.bronze, 'sp500_raw')
  const cleaned = tablePath(places.silver, 'stocks_cleaned')
  const metrics = tablePath(places.gold, 'stocks_daily_metrics')
  return [
    { layer: 'bronze', name: 'stocks_raw', steps: stocksRawSteps(stocksRaw) },
    { layer: 'bronze', name: 'sp500_raw', steps: sp500RawSteps(sp500Raw) },
    { layer: 'silver', name: 'stocks_cleaned', steps: cleanedSteps(cleaned, stocksRaw, sp500Raw) },
    { layer: 'gold', name: 'stocks_daily_metrics', steps: metricsSteps(metrics, cleaned) },
  ]
}

function stocksRawSteps(table: string): readonly DemoStep[] {
  return [
    {
      title: 'ingest 560 monthly prices as text',
      sql: `CREATE TABLE ${table} USING delta
        COMMENT 'Monthly stock prices as delivered, all text'
        TBLPROPERTIES ('delta.enableDeletionVectors' = 'true')
        AS SELECT *, current_timestamp() AS _ingested_at, 'stocks.csv' AS _source FROM ${stocksView}`,
    },
    {
      title: 'add a column for the delivery',
      sql: `ALTER TABLE ${table} ADD COLUMNS (_delivery STRING COMMENT 'Which delivery the row came with; null for the first')`,
    },
    {
      title: 'append a second delivery of GOOG',
      sql: `INSERT INTO ${table}
        SELECT *, current_timestamp(), 'stocks.csv', 'second' FROM ${stocksView} WHERE symbol = 'GOOG'`,
    },
    {
      title: 'delete what the second delivery replaced',
      sql: `DELETE FROM ${table} WHERE symbol = 'GOOG' AND _delivery IS NULL`,
    },
  ]
}

function sp500RawSteps(table: string): readonly DemoStep[] {
  return [
    {
      title: 'ingest 5,105 trading days as text',
      sql: `CREATE TABLE ${table} USING delta
        COMMENT 'Daily S&P 500 as delivered, all text'
        TBLPROPERTIES ('delta.enableDeletionVectors' = 'true', 'delta.checkpointInterval' = '2')
        AS SELECT /*+ REPARTITION_BY_RANGE(4, date) */ *, current_timestamp() AS _ingested_at, 'sp500-2000.csv' AS _source
        FROM ${sp500View}`,
    },
    {
      title: 'append April 2020, delivered twice',
      sql: `INSERT INTO ${table}
        SELECT *, current_timestamp(), 'sp500-2000.csv (again)' FROM ${sp500View} WHERE date >= '2020-04-01'`,
    },
    { title: 'compact the files', sql: `OPTIMIZE ${table}` },
    { title: 'delete the second delivery', sql: `DELETE FROM ${table} WHERE _source = 'sp500-2000.csv (again)'` },
  ]
}

function cleanedSteps(table: string, stocksRaw: string, sp500Raw: string): readonly DemoStep[] {
  const sp500 = `SELECT 'SP500' AS symbol, to_date(date) AS date, CAST(close AS DOUBLE) AS close, CAST(volume AS BIGINT) AS volume
          FROM ${sp500Raw}`
  return [
    {
      title: 'create the table',
      sql: `CREATE TABLE ${table} (
          symbol STRING NOT NULL COMMENT 'Ticker; SP500 for the index',
          date DATE NOT NULL COMMENT 'Trading day; first of the month for monthly prices',
          close DOUBLE COMMENT 'Closing price, USD',
          volume BIGINT COMMENT 'Shares traded; null where only a monthly price is known'
        ) USING delta
        COMMENT 'Prices of both sources, typed and without duplicates'
        TBLPROPERTIES ('delta.enableDeletionVectors' = 'true', 'delta.checkpointInterval' = '5')`,
    },
    {
      title: 'append the monthly prices',
      sql: `INSERT INTO ${table}
        SELECT symbol, to_date(date, 'MMM d yyyy'), CAST(price AS DOUBLE), CAST(NULL AS BIGINT) FROM ${stocksRaw}`,
    },
    { title: 'append the S&P 500 up to 2019', sql: `INSERT INTO ${table} ${sp500} WHERE date < '2020-01-01'` },
    {
      title: 'merge the S&P 500 of 2020',
      sql: `MERGE INTO ${table} AS t USING (${sp500} WHERE date >= '2019-12-01') AS s ON t.symbol = s.symbol AND t.date = s.date
        WHEN MATCHED THEN UPDATE SET close = s.close, volume = s.volume
        WHEN NOT MATCHED THEN INSERT *`,
    },
    {
      title: 'update October 2008 by mistake: prices doubled',
      sql: `UPDATE ${table} SET close = close * 2 WHERE symbol = 'SP500' AND date BETWEEN '2008-10-01' AND '2008-10-31'`,
    },
    {
      title: 'update October 2008 again: prices halved, exact to the bit',
      sql: `UPDATE ${table} SET close = close / 2 WHERE symbol = 'SP500' AND date BETWEEN '2008-10-01' AND '2008-10-31'`,
    },
    {
      title: 'append three rows of a test',
      sql: `INSERT INTO ${table} VALUES
        ('TEST', DATE '2020-04-18', 1.0, 1), ('TEST', DATE '2020-04-19', 2.0, 9007199254740993), ('TEST', DATE '2020-04-20', NULL, NULL)`,
    },
    { title: 'compact the files', sql: `OPTIMIZE ${table}` },
    { title: 'delete the rows of the test', sql: `DELETE FROM ${table} WHERE symbol = 'TEST'` },
  ]
}

function metricsSteps(table: string, cleaned: string): readonly DemoStep[] {
  const daily = `SELECT symbol, date, avg(close) AS avg_close, sum(volume) AS total_volume FROM ${cleaned} GROUP BY symbol, date`
  const metrics = `SELECT *, total_volume / avg_close AS volume_price_ratio,
            avg_close / lag(avg_close) OVER days - 1 AS daily_return,
            CASE WHEN count(*) OVER last5 = 5 THEN avg(avg_close) OVER last5 END AS ma5,
            CASE WHEN count(*) OVER last30 = 30 THEN avg(avg_close) OVER last30 END AS ma30
          FROM (${daily})
          WINDOW days AS (PARTITION BY symbol ORDER BY date),
            last5 AS (PARTITION BY symbol ORDER BY date ROWS BETWEEN 4 PRECEDING AND CURRENT ROW),
            last30 AS (PARTITION BY symbol ORDER BY date ROWS BETWEEN 29 PRECEDING AND CURRENT ROW)`
  return [
    {
      title: 'aggregate by symbol and day',
      sql: `CREATE TABLE ${table} USING delta PARTITIONED BY (symbol)
        COMMENT 'Daily figures by symbol'
        TBLPROPERTIES ('delta.enableDeletionVectors' = 'true', 'delta.checkpointInterval' = '4')
        AS ${daily}`,
    },
    { title: 'add a column for the ratio', sql: `ALTER TABLE ${table} ADD COLUMNS (volume_price_ratio DOUBLE)` },
    {
      title: 'merge return and moving averages, new columns included',
      sql: `MERGE WITH SCHEMA EVOLUTION INTO ${table} AS t USING (${metrics}) AS s ON t.symbol = s.symbol AND t.date = s.date
        WHEN MATCHED THEN UPDATE SET *
        WHEN NOT MATCHED THEN INSERT *`,
    },
    {
      title: 'update 2020 by mistake: ratio lost',
      sql: `UPDATE ${table} SET volume_price_ratio = NULL WHERE symbol = 'SP500' AND date >= '2020-01-01'`,
    },
    {
      title: 'update 2020 again: ratio computed anew',
      sql: `UPDATE ${table} SET volume_price_ratio = total_volume / avg_close WHERE symbol = 'SP500' AND date >= '2020-01-01'`,
    },
    { title: 'compact the files in order of date', sql: `OPTIMIZE ${table} ZORDER BY (date)` },
  ]
}
