"""Orders from a raw file to daily sales: bronze, silver, gold. Run it as often as you like: a file counts once.

    python flows/medallion.py              runs it now, seen in Prefect
    python flows/medallion.py --serve      registers it in Prefect, every night at 03:00 UTC, and waits for its runs

Needs the packages of requirements.txt, and the groups core and processing of the stack.
"""

import csv
import hashlib
import json
import pathlib
import sys

import lake

lake.set_up()

from prefect import flow, get_run_logger, task  # noqa: E402
from prefect.artifacts import create_table_artifact  # noqa: E402
from prefect.runtime import flow_run  # noqa: E402
from pyspark.sql import SparkSession  # noqa: E402

RAW_FILE = lake.PROJECT / "raw" / "orders.csv"
STAMP = "spark.databricks.delta.commitInfo.userMetadata"

TABLES = (
    """CREATE TABLE IF NOT EXISTS bronze.orders_raw (
      order_id STRING, ordered_at STRING, customer STRING, product STRING, quantity STRING, unit_price STRING, country STRING,
      _line INT, _ingested_at TIMESTAMP, _source STRING, _source_file STRING, _batch_id STRING
    ) USING delta LOCATION 's3a://bronze/orders_raw'
    COMMENT 'Orders as they came, all text' TBLPROPERTIES ('delta.appendOnly' = 'true')""",
    """CREATE TABLE IF NOT EXISTS silver.orders (
      order_id STRING COMMENT 'Key', ordered_at DATE, customer STRING, product STRING, quantity INT,
      unit_price DECIMAL(10, 2) COMMENT 'In euros', country STRING COMMENT 'ISO 3166, two letters', _ingested_at TIMESTAMP
    ) USING delta LOCATION 's3a://silver/orders' COMMENT 'Orders, one row each, the newest line wins'""",
    """CREATE TABLE IF NOT EXISTS silver.orders_quarantine (
      order_id STRING, reason STRING, line STRING, _batch_id STRING, _line INT, _ingested_at TIMESTAMP
    ) USING delta LOCATION 's3a://silver/_quarantine/orders' COMMENT 'Lines that are no orders, and why'""",
)

TYPED_LINES = """
  SELECT order_id, try_cast(trim(ordered_at) AS DATE) AS ordered_at, trim(customer) AS customer, initcap(trim(product)) AS product,
    try_cast(quantity AS INT) AS quantity, try_cast(unit_price AS DECIMAL(10, 2)) AS unit_price,
    upper(trim(country)) AS country, _ingested_at, _batch_id, _line,
    to_json(struct(ordered_at, customer, product, quantity, unit_price, country)) AS line
  FROM bronze.orders_raw WHERE _batch_id = '{batch}'
"""

REASON = """CASE WHEN ordered_at IS NULL THEN 'no such date' WHEN unit_price IS NULL THEN 'no price'
  WHEN quantity IS NULL OR quantity <= 0 THEN 'no quantity' END"""


def connect() -> SparkSession:
    """The one Spark that writes this lake; every commit is stamped with the run."""
    spark = SparkSession.builder.getOrCreate()
    spark.conf.set(STAMP, json.dumps({"job": "flows/medallion.py", "prefectRun": flow_run.id, "run": flow_run.name}))
    return spark


@task(retries=2, retry_delay_seconds=5)
def prepare() -> None:
    """Databases and tables, where they are missing."""
    spark = connect()
    for layer in ("bronze", "silver", "gold"):
        spark.sql(f"CREATE DATABASE IF NOT EXISTS {layer} LOCATION 's3a://{layer}/warehouse'")
    for statement in TABLES:
        spark.sql(statement)


@task(retries=2, retry_delay_seconds=5)
def to_bronze(file: pathlib.Path) -> str:
    """Appends a raw file as it is; gives its batch, which is a hash of its content."""
    spark = connect()
    content = file.read_bytes()
    batch = hashlib.sha256(content).hexdigest()[:16]
    if spark.sql(f"SELECT 1 FROM bronze.orders_raw WHERE _batch_id = '{batch}' LIMIT 1").collect():
        get_run_logger().info("%s is there already, as batch %s", file.name, batch)
        return batch
    header, *lines = csv.reader(content.decode().splitlines())
    rows = [(*line, number, "file", file.name, batch) for number, line in enumerate(lines, start=2)]
    columns = [*(f"{name} STRING" for name in header), "_line INT", "_source STRING", "_source_file STRING", "_batch_id STRING"]
    spark.createDataFrame(rows, ", ".join(columns)).createOrReplaceTempView("raw_lines")
    spark.sql("INSERT INTO bronze.orders_raw BY NAME SELECT *, current_timestamp() AS _ingested_at FROM raw_lines")
    get_run_logger().info("%d lines of %s into bronze, as batch %s", len(rows), file.name, batch)
    return batch


@task(retries=2, retry_delay_seconds=5)
def to_silver(batch: str) -> None:
    """Typed rows, the newest of each order; what is no order goes to the quarantine with its reason."""
    spark = connect()
    lines = TYPED_LINES.format(batch=batch)
    spark.sql(f"SELECT *, {REASON} AS reason FROM ({lines})").createOrReplaceTempView("lines")
    spark.sql(
        """MERGE INTO silver.orders_quarantine AS t
        USING (SELECT order_id, reason, line, _batch_id, _line, _ingested_at FROM lines WHERE reason IS NOT NULL) AS s
        ON t._batch_id = s._batch_id AND t._line = s._line
        WHEN NOT MATCHED THEN INSERT *"""
    )
    spark.sql(
        """MERGE INTO silver.orders AS t
        USING (
          SELECT order_id, ordered_at, customer, product, quantity, unit_price, country, _ingested_at FROM lines
          WHERE reason IS NULL QUALIFY row_number() OVER (PARTITION BY order_id ORDER BY _line DESC) = 1
        ) AS s
        ON t.order_id = s.order_id
        WHEN MATCHED AND s._ingested_at > t._ingested_at THEN UPDATE SET *
        WHEN NOT MATCHED THEN INSERT *"""
    )


@task(retries=2, retry_delay_seconds=5)
def to_gold() -> list[dict]:
    """Tables for one question each, made anew as the next version; gives the sales of each country."""
    spark = connect()
    spark.sql(
        """CREATE OR REPLACE TABLE gold.daily_sales USING delta LOCATION 's3a://gold/daily_sales'
        COMMENT 'Sales of a day and country'
        AS SELECT ordered_at AS date, country, count(*) AS orders, sum(quantity) AS items,
          CAST(sum(quantity * unit_price) AS DECIMAL(14, 2)) AS revenue
        FROM silver.orders GROUP BY ordered_at, country"""
    )
    spark.sql(
        """CREATE OR REPLACE TABLE gold.product_sales USING delta LOCATION 's3a://gold/product_sales'
        COMMENT 'Sales of a product'
        AS SELECT product, count(*) AS orders, sum(quantity) AS items,
          CAST(sum(quantity * unit_price) AS DECIMAL(14, 2)) AS revenue
        FROM silver.orders GROUP BY product"""
    )
    spark.sql("OPTIMIZE gold.daily_sales ZORDER BY (date)")
    by_country = "SELECT country, sum(orders) AS orders, sum(revenue) AS revenue FROM gold.daily_sales GROUP BY country ORDER BY country"
    return [{**row.asDict(), "revenue": str(row.revenue)} for row in spark.sql(by_country).collect()]


@flow(name="medallion")
def medallion(file: str = str(RAW_FILE)) -> list[dict]:
    """From a raw file of orders to daily sales."""
    prepare()
    batch = to_bronze(pathlib.Path(file))
    to_silver(batch)
    sales = to_gold()
    create_table_artifact(key="sales-by-country", table=sales, description=f"After batch {batch}")
    return sales


if __name__ == "__main__":
    if "--serve" in sys.argv[1:]:
        medallion.serve(name="nightly", cron="0 3 * * *")
    else:
        print(json.dumps(medallion(), indent=2))
