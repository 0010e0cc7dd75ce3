"""Answers each line of stdin with the ms that PySpark Connect takes for one SELECT 1; connects by SPARK_REMOTE."""

import sys
import time

from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
spark.release_session_on_close = False
print("ready", flush=True)
for _ in sys.stdin:
    start = time.perf_counter()
    rows = spark.sql("SELECT 1").collect()
    elapsed = (time.perf_counter() - start) * 1000
    assert rows[0][0] == 1
    print(elapsed, flush=True)
