#!/bin/sh
# Starts the Spark Connect server, after the buckets that it keeps its tables in.
set -eu
python3 /opt/dataflow/init_buckets.py
# What a killed server leaves behind, and the next one would stop at.
rm -f /var/lib/spark/metastore/*.lck
exec /opt/spark/bin/spark-submit --master "$SPARK_MASTER" --name "DataFlow Lab" \
  --class org.apache.spark.sql.connect.service.SparkConnectServer
