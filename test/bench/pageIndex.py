"""Copies a Parquet file: SOURCE TARGET CODEC, as Spark would write it with ten row groups, pages of 1 MiB and an offset index."""

import sys

import pyarrow.parquet as pq

source_path, target_path, codec = sys.argv[1:]
source = pq.ParquetFile(source_path)
rows_per_group = source.metadata.num_rows // 10
with pq.ParquetWriter(
    target_path,
    source.schema_arrow,
    compression=codec,
    data_page_size=1 << 20,
    max_rows_per_page=source.metadata.num_rows,
    store_decimal_as_integer=True,
    write_page_index=True,
) as target:
    for first in range(source.metadata.num_row_groups):
        target.write_table(source.read_row_group(first), row_group_size=rows_per_group)
