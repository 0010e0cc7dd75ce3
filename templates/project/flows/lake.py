"""Where this project's stack is: the variables below, and what they are by its .env where they are not set.

    PREFECT_API_URL   the Prefect server
    SPARK_REMOTE      Spark Connect, with its token
"""

import os
import pathlib
from urllib.parse import quote

PROJECT = pathlib.Path(__file__).resolve().parent.parent


def set_up() -> None:
    """Call it before Prefect is imported, which reads its settings at once."""
    env = read_env(PROJECT / ".env")
    os.environ.setdefault("PREFECT_API_URL", f"http://127.0.0.1:{env.get('PREFECT_PORT', '4200')}/api")
    token = env.get("SPARK_CONNECT_TOKEN", "")
    # By this name alone Spark's client sends a token without TLS.
    remote = f"sc://localhost:{env.get('SPARK_CONNECT_PORT', '15002')}/"
    os.environ.setdefault("SPARK_REMOTE", f"{remote};token={quote(token, safe='')}" if token else remote)


def read_env(file: pathlib.Path) -> dict[str, str]:
    lines = file.read_text().splitlines() if file.exists() else []
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.lstrip().startswith("#"))
    return {name.strip(): value.strip() for name, value in pairs}
