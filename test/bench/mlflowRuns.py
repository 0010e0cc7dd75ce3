"""DATABASE EXPERIMENT COUNT: puts finished runs with three parameters, three metrics and two tags into a tracking server's database."""

import sys
import uuid

from mlflow.store.tracking.dbmodels.models import SqlLatestMetric, SqlMetric, SqlParam, SqlRun, SqlTag
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

database, experiment, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
began = 1_790_000_000_000
with Session(create_engine(f"sqlite:///{database}")) as session:
    rows = []
    for i in range(count):
        run, at = uuid.uuid4().hex, began + i * 1000
        rows.append(
            SqlRun(
                run_uuid=run, name=f"run {i}", source_type="LOCAL", source_name="train.py", entry_point_name="", user_id="ana",
                status="FINISHED", start_time=at, end_time=at + 500, source_version="", lifecycle_stage="active",
                artifact_uri=f"mlflow-artifacts:/{experiment}/{run}/artifacts", experiment_id=experiment,
            )
        )  # fmt: skip
        for key in ("rate", "depth", "model"):
            rows.append(SqlParam(key=key, value=str(i), run_uuid=run))
        for key in ("loss", "accuracy", "auc"):
            for table in (SqlMetric, SqlLatestMetric):
                rows.append(table(key=key, value=1 / (i + 1), timestamp=at, step=9, is_nan=False, run_uuid=run))
        for key, value in (("mlflow.runName", f"run {i}"), ("mlflow.user", "ana")):
            rows.append(SqlTag(key=key, value=value, run_uuid=run))
    session.bulk_save_objects(rows)
    session.commit()
