"""Delta tables of one Parquet file each, in every codec, page version and encoding: SEED ROWS FOLDER. Prints the name of each table;
FOLDER/expected.arrow holds the rows of all of them."""

import datetime
import decimal
import itertools
import json
import os
import random
import sys

import pyarrow as pa
import pyarrow.parquet as pq

seed, count, folder = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
dice = random.Random(seed)
utc = datetime.timezone.utc
start = datetime.datetime(1990, 1, 1)


def words():
    return " ".join(dice.choice(["late", "again", "por", "São", "𝄞", "x" * 40]) for _ in range(dice.randrange(8)))


def struct(name, kind):
    return {"name": name, "type": kind, "nullable": True, "metadata": {}}


def listOf(kind):
    return {"type": "array", "elementType": kind, "containsNull": True}


point = {"type": "struct", "fields": [struct("x", "integer"), struct("label", "string")]}
labels = {"type": "map", "keyType": "string", "valueType": "long", "valueContainsNull": True}
when = lambda: start + datetime.timedelta(microseconds=dice.randrange(10**15))
number = lambda digits, scale: decimal.Decimal(dice.randrange(-(10**digits) + 1, 10**digits)).scaleb(-scale)
pointType = pa.struct([("x", pa.int32()), ("label", pa.string())])
COLUMNS = [
    ("id", "long", pa.int64(), lambda: dice.randrange(-(2**63), 2**63)),
    ("small", "integer", pa.int32(), lambda: dice.randrange(300)),
    ("grade", "short", pa.int16(), lambda: dice.randrange(-(2**15), 2**15)),
    ("level", "byte", pa.int8(), lambda: dice.randrange(-128, 128)),
    ("paid", "boolean", pa.bool_(), lambda: dice.random() < 0.3),
    ("ratio", "float", pa.float32(), lambda: dice.randrange(2**20) / 8),
    ("amount", "double", pa.float64(), dice.random),
    ("country", "string", pa.string(), lambda: dice.choice(["BR", "PT", "AO"])),
    ("note", "string", pa.string(), words),
    ("digest", "binary", pa.binary(), lambda: dice.randbytes(dice.randrange(20))),
    ("day", "date", pa.date32(), lambda: when().date()),
    ("created", "timestamp", pa.timestamp("us", "UTC"), lambda: when().replace(tzinfo=utc)),
    ("price", "decimal(5,2)", pa.decimal128(5, 2), lambda: number(5, 2)),
    ("total", "decimal(15,3)", pa.decimal128(15, 3), lambda: number(15, 3)),
    ("balance", "decimal(38,10)", pa.decimal128(38, 10), lambda: number(38, 10)),
    ("tags", listOf("string"), pa.list_(pa.string()), lambda: [maybe(words) for _ in range(dice.randrange(4))]),
    ("points", listOf(point), pa.list_(pointType), lambda: [{"x": dice.randrange(9), "label": None} for _ in range(dice.randrange(3))]),
    ("labels", labels, pa.map_(pa.string(), pa.int64()), lambda: [(f"k{i}", maybe(lambda: i)) for i in range(dice.randrange(3))]),
]
NUMBERS = ["id", "small", "grade", "level", "day", "created"]
TEXTS = ["country", "note", "digest"]


def maybe(make):
    return None if dice.random() < 0.2 else make()


def variants():
    codecs = ["none", "snappy", "zstd", "gzip", "brotli", "lz4"]
    for codec, version, index in itertools.product(codecs, ["1.0", "2.0"], [True, False]):
        size = dice.choice([1 << 10, 1 << 15, 1 << 20])
        options = dict(compression=codec, data_page_version=version, write_page_index=index, data_page_size=size)
        options.update(max_rows_per_page=count, use_dictionary=dice.random() < 0.5, store_decimal_as_integer=dice.random() < 0.5)
        options.update(write_page_checksum=dice.random() < 0.3, row_group_size=dice.choice([count, count // 3]))
        yield f"{codec}-{version}-{'indexed' if index else 'plain'}-{size}", options
    encodings = {"ratio": "BYTE_STREAM_SPLIT", "amount": "BYTE_STREAM_SPLIT", "paid": "RLE"}
    encodings.update({name: "DELTA_BINARY_PACKED" for name in NUMBERS})
    for codec, text in itertools.product(["none", "zstd"], ["DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY"]):
        chosen = {**encodings, **{name: text for name in TEXTS}}
        options = dict(compression=codec, use_dictionary=False, column_encoding=chosen, write_page_index=True, data_page_size=1 << 15)
        yield f"{codec}-{text}", options
    yield "int96", dict(compression="snappy", use_deprecated_int96_timestamps=True, write_page_index=True)
    yield "two-level-lists", dict(compression="snappy", use_compliant_nested_type=False)


def commit(size):
    schema = json.dumps({"type": "struct", "fields": [struct(name, kind) for name, kind, _, _ in COLUMNS]})
    metadata = {"id": "t", "format": {"provider": "parquet", "options": {}}, "schemaString": schema}
    metadata.update(partitionColumns=[], configuration={}, createdTime=0)
    add = {"path": "part.parquet", "partitionValues": {}, "size": size, "modificationTime": 0, "dataChange": True}
    add["stats"] = json.dumps({"numRecords": count})
    return [{"protocol": {"minReaderVersion": 1, "minWriterVersion": 2}}, {"metaData": metadata}, {"add": add}]


table = pa.table(
    [pa.array([maybe(make) for _ in range(count)], kind) for _, _, kind, make in COLUMNS], names=[name for name, *_ in COLUMNS]
)
with pa.OSFile(os.path.join(folder, "expected.arrow"), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as writer:
    writer.write_table(table)
for name, options in variants():
    os.makedirs(os.path.join(folder, name, "_delta_log"))
    path = os.path.join(folder, name, "part.parquet")
    pq.write_table(table, path, **options)
    with open(os.path.join(folder, name, "_delta_log", f"{0:020}.json"), "w") as log:
        log.writelines(json.dumps(action) + "\n" for action in commit(os.path.getsize(path)))
    print(name)
