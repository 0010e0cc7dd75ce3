"""Writes tables with random histories by the `deltalake` package: python deltalakeTables.py SEED COUNT FOLDER.

Prints one JSON object a table: its name and what was done, refused operations marked with "!". The same for the same seed.
"""

import datetime as dt
import decimal
import json
import random
import sys

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, TableFeatures, WriterProperties, write_deltalake

TYPES = {
    "boolean": (pa.bool_(), [True, False]),
    "byte": (pa.int8(), [-128, 0, 127]),
    "short": (pa.int16(), [-32768, 0, 32767]),
    "int": (pa.int32(), [-(2**31), 0, 2**31 - 1, 42]),
    "long": (pa.int64(), [-(2**63), 2**63 - 1, 0, 2**53 + 1]),
    "float": (pa.float32(), [float("nan"), float("-inf"), 3.4028234663852886e38, 1e-45, -0.0]),
    "double": (pa.float64(), [float("nan"), float("inf"), 5e-324, -0.0, 1.7976931348623157e308, 0.1]),
    "decimal": (pa.decimal128(10, 2), [decimal.Decimal("99999999.99"), decimal.Decimal("12.34"), decimal.Decimal(0)]),
    "large decimal": (pa.decimal128(38, 10), [decimal.Decimal("9999999999999999999999999999.9999999999"), decimal.Decimal("-1.0000000001")]),
    "string": (pa.string(), ["", "a", "Größe 🦆", "x/y=z %41", "long " * 50, "NULL", " b "]),
    "binary": (pa.binary(), [b"", b"\x00\xff\x80", b"%"]),
    "date": (pa.date32(), [dt.date(1, 1, 1), dt.date(9999, 12, 31), dt.date(2024, 2, 29)]),
    "timestamp": (
        pa.timestamp("us", "UTC"),
        [dt.datetime(1900, 1, 1, tzinfo=dt.timezone.utc), dt.datetime(2024, 2, 29, 12, 34, 56, 123456, dt.timezone.utc)],
    ),
    "local timestamp": (pa.timestamp("us"), [dt.datetime(1582, 10, 4, 12), dt.datetime(2024, 6, 1, 0, 0, 0, 100000)]),
}
# No binary: the package cannot read the partition values that it writes for it.
PARTITIONS = ["string", "int", "date", "timestamp", "local timestamp", "decimal", "boolean", "long"]


class Story:
    def __init__(self, rng: random.Random, path: str):
        self.rng, self.path, self.done, self.next_id = rng, path, [], 0
        kinds = [(f"c{i}", rng.choice(list(TYPES))) for i in range(rng.randint(1, 6))]
        self.fields = [pa.field("id", pa.int64())] + [pa.field(name, TYPES[kind][0]) for name, kind in kinds]
        if rng.random() < 0.6:
            self.fields.append(pa.field("tags", pa.list_(pa.string())))
        if rng.random() < 0.6:
            self.fields.append(pa.field("s", pa.struct([pa.field("x", pa.int32()), pa.field("y z", pa.string())])))
        if rng.random() < 0.4:
            self.fields.append(pa.field("m", pa.map_(pa.string(), pa.int64())))
        self.partitions = []
        for i in range(rng.choice([0, 0, 1, 1, 2])):
            self.partitions.append(f"p {i}")
            self.fields.append(pa.field(f"p {i}", TYPES[rng.choice(PARTITIONS)][0]))

    def value(self, type_: pa.DataType):
        rng = self.rng
        if rng.random() < 0.15:
            return None
        for known, values in TYPES.values():
            if type_ == known:
                return rng.choice(values)
        if pa.types.is_map(type_):
            return [(key, self.value(pa.int64())) for key in rng.sample(["a", "b", "c"], rng.randint(0, 3))]
        if pa.types.is_list(type_):
            return [self.value(pa.string()) for _ in range(rng.randint(0, 3))]
        return {"x": self.value(pa.int32()), "y z": self.value(pa.string())}

    def rows(self, count: int) -> pa.Table:
        columns = []
        for field in self.fields:
            if field.name == "id":
                columns.append(pa.array(range(self.next_id, self.next_id + count), pa.int64()))
                continue
            few = [self.value(field.type) for _ in range(5)]
            columns.append(pa.array([self.rng.choice(few) for _ in range(count)], field.type))
        self.next_id += count
        return pa.table(columns, pa.schema(self.fields))

    def step(self, name: str, act) -> None:
        try:
            act()
            self.done.append(name)
        except Exception as error:  # What the package refuses is no part of the history.
            self.done.append(f"!{name}: {str(error)[:200]}")

    def write(self, what: str, table: pa.Table, **more) -> None:
        writer = WriterProperties(
            compression=self.rng.choice(["SNAPPY", "ZSTD", "GZIP", "LZ4_RAW", "UNCOMPRESSED"]),
            max_row_group_size=self.rng.choice([7, 64, 1_000_000]),
            data_page_size_limit=self.rng.choice([256, 1_000_000]),
            dictionary_page_size_limit=self.rng.choice([64, 1_000_000]),
        )
        self.step(what, lambda: write_deltalake(self.path, table, partition_by=self.partitions or None, writer_properties=writer, **more))

    def create(self) -> None:
        rng = self.rng
        options = {
            "delta.enableChangeDataFeed": "true",
            "delta.checkpointInterval": "3",
            "delta.dataSkippingNumIndexedCols": "1",
        }
        chosen = {key: value for key, value in options.items() if rng.random() < 0.3}
        self.write(f"create {chosen}", self.rows(rng.randint(1, 40)), configuration=chosen, name="ours", description="Größe")
        if "!" in self.done[-1][:1]:
            self.write("create", self.rows(rng.randint(1, 40)))

    def condition(self) -> str:
        n = self.rng.randint(2, 9)
        return self.rng.choice([f"id % {n} = 0", f"id > {self.rng.randint(0, self.next_id)}", f"id % {n} = 1 and id < {self.next_id}"])

    def widen_schema(self) -> None:
        kind = self.rng.choice(list(TYPES))
        self.fields.insert(self.rng.randint(1, len(self.fields)), pa.field(f"late{len(self.fields)}", TYPES[kind][0]))
        self.write("append with a new column", self.rows(self.rng.randint(1, 30)), mode="append", schema_mode="merge")

    def replace_where(self) -> None:
        first = self.next_id - self.rng.randint(0, 10)
        self.next_id = max(first, 0)
        self.write("replace where", self.rows(12), mode="overwrite", predicate=f"id >= {max(first, 0)}")

    def merge(self) -> None:
        source = self.rows(20)
        shifted = source.set_column(0, "id", pa.array([value - 25 for value in source.column("id").to_pylist()], pa.int64()))
        merger = DeltaTable(self.path).merge(shifted, "t.id = s.id", source_alias="s", target_alias="t")
        if self.rng.random() < 0.5:
            merger = merger.when_matched_delete("t.id % 3 = 0")
        merger.when_matched_update_all().when_not_matched_insert_all().execute()

    def act(self) -> None:
        rng, table = self.rng, lambda: DeltaTable(self.path)
        acts = {
            "append": (6, lambda: self.write("append", self.rows(rng.choice([1, 3, 50, 300])), mode="append")),
            "new column": (2, self.widen_schema),
            "overwrite": (1, lambda: self.write("overwrite", self.rows(rng.randint(0, 40)), mode="overwrite")),
            "replace where": (2, self.replace_where),
            "delete": (4, lambda: self.step("delete", lambda: table().delete(self.condition()))),
            "update": (3, lambda: self.step("update", lambda: table().update(updates={"id": "id + 100000"}, predicate=self.condition()))),
            "merge": (3, lambda: self.step("merge", self.merge)),
            "compact": (2, lambda: self.step("compact", lambda: table().optimize.compact())),
            "z-order": (1, lambda: self.step("z-order", lambda: table().optimize.z_order(["id"]))),
            "checkpoint": (3, lambda: self.step("checkpoint", lambda: table().create_checkpoint())),
            "restore": (1, lambda: self.step("restore", lambda: table().restore(rng.randint(0, table().version())))),
            "constraint": (1, lambda: self.step("constraint", lambda: table().alter.add_constraint({f"k{len(self.done)}": "id is not null"}))),
            "properties": (
                1,
                lambda: self.step("properties", lambda: table().alter.set_table_properties({"delta.checkpointInterval": str(rng.choice([1, 2, 10]))})),
            ),
            "feature": (
                1,
                lambda: self.step(
                    "feature",
                    lambda: table().alter.add_feature(rng.choice([TableFeatures.AppendOnly, TableFeatures.DeletionVectors]), True),
                ),
            ),
            "user metadata": (
                1,
                lambda: self.write(
                    "append with metadata", self.rows(2), mode="append", commit_properties=CommitProperties(custom_metadata={"who": "we"})
                ),
            ),
        }
        names = list(acts)
        acts[rng.choices(names, [acts[name][0] for name in names])[0]][1]()


def main(seed: int, count: int, folder: str) -> None:
    for i in range(count):
        story = Story(random.Random(seed * 1000 + i), f"{folder}/deltalake_{i}")
        story.create()
        for _ in range(story.rng.randint(4, 12)):
            story.act()
        print(json.dumps({"name": f"deltalake_{i}", "done": story.done}))


main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
