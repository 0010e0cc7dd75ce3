"""The gold tables of the lake, each at any of its versions. Reads Delta itself: Spark need not run.

The stack shows it at http://localhost:8501. On its own: streamlit run app/app.py
"""

import os
import pathlib

import pandas as pd
import streamlit as st
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError
from pyarrow import fs

BUCKET = "gold"
SHOWN_ROWS = 10_000


def main() -> None:
    st.set_page_config(page_title="Lakehouse", layout="wide")
    st.title("Gold tables")
    store = settings()
    try:
        names = tables(store)
    except OSError as error:
        st.error(f"The object store at {store['AWS_ENDPOINT_URL']} does not answer, or has no bucket {BUCKET}. Is the stack running?")
        st.caption(str(error))
        return
    if not names:
        st.info("There are no gold tables yet. Make some: python flows/medallion.py")
        return
    name = st.sidebar.selectbox("Table", names)
    try:
        show(name, store)
    except DeltaError as error:
        st.warning(f"{name} cannot be read here: {error}. Read it with Spark, in a notebook.")


def settings() -> dict[str, str]:
    """What deltalake takes: from the environment, else from this project's .env."""
    file = pathlib.Path(__file__).resolve().parent.parent / ".env"
    lines = file.read_text().splitlines() if file.exists() else []
    env = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#")) | os.environ
    return {
        "AWS_ENDPOINT_URL": env.get("AWS_ENDPOINT_URL_S3") or f"http://127.0.0.1:{env.get('S3_PORT', '9000')}",
        "AWS_REGION": env.get("AWS_REGION", "us-east-1"),
        "AWS_ACCESS_KEY_ID": env.get("AWS_ACCESS_KEY_ID") or env.get("S3_ACCESS_KEY", ""),
        "AWS_SECRET_ACCESS_KEY": env.get("AWS_SECRET_ACCESS_KEY") or env.get("S3_SECRET_KEY", ""),
        "AWS_ALLOW_HTTP": "true",
    }


def tables(store: dict[str, str]) -> list[str]:
    """Delta tables at the top of the bucket."""
    files = fs.S3FileSystem(
        access_key=store["AWS_ACCESS_KEY_ID"],
        secret_key=store["AWS_SECRET_ACCESS_KEY"],
        region=store["AWS_REGION"],
        endpoint_override=store["AWS_ENDPOINT_URL"],
        allow_bucket_creation=False,
    )
    folders = [entry for entry in files.get_file_info(fs.FileSelector(BUCKET)) if entry.type == fs.FileType.Directory]
    logs = files.get_file_info([f"{folder.path}/_delta_log" for folder in folders])
    return sorted(folder.base_name for folder, log in zip(folders, logs) if log.type == fs.FileType.Directory)


def show(name: str, store: dict[str, str]) -> None:
    uri = f"s3://{BUCKET}/{name}"
    history = DeltaTable(uri, storage_options=store).history()
    versions = [commit["version"] for commit in history]
    version = st.sidebar.selectbox("Version", versions, format_func=lambda number: label(history, number))
    table = DeltaTable(uri, version=version, storage_options=store)
    rows = table.to_pandas()
    metadata = table.metadata()
    st.subheader(f"{BUCKET}/{name}, version {version}")
    if metadata.description:
        st.caption(metadata.description)
    figures(rows)
    chart(rows)
    st.dataframe(rows.head(SHOWN_ROWS), hide_index=True)
    if len(rows) > SHOWN_ROWS:
        st.caption(f"The first {SHOWN_ROWS:,} of {len(rows):,} rows.")


def label(history: list[dict], version: int) -> str:
    commit = next(commit for commit in history if commit["version"] == version)
    return f"{version} · {pd.Timestamp(commit['timestamp'], unit='ms'):%Y-%m-%d %H:%M:%S} · {commit.get('operation', '')}"


def figures(rows: pd.DataFrame) -> None:
    """The number of rows and the sums of what can be summed."""
    sums = {name: float(rows[name].sum()) for name in measures(rows)[:4]}
    for column, (name, value) in zip(st.columns(len(sums) + 1), [("rows", len(rows)), *sums.items()]):
        column.metric(name, f"{value:,.2f}" if value % 1 else f"{value:,.0f}")


def chart(rows: pd.DataFrame) -> None:
    """One measure over one of the other columns, summed."""
    values = measures(rows)
    others = [name for name in rows.columns if name not in values]
    if rows.empty or not values or not others:
        return
    left, right = st.columns(2)
    axis = left.selectbox("Over", others)
    value = right.selectbox("Sum of", values, index=len(values) - 1)
    summed = rows.assign(**{value: rows[value].astype(float)}).groupby(axis)[value].sum()
    is_time = "date" in str(rows[axis].dtype) or hasattr(rows[axis].iloc[0], "year")
    (st.line_chart if is_time else st.bar_chart)(summed)


def measures(rows: pd.DataFrame) -> list[str]:
    """Numbers, decimals among them."""
    return [name for name in rows.columns if not rows.empty and is_number(rows[name])]


def is_number(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column) or type(column.iloc[0]).__name__ == "Decimal"


main()
