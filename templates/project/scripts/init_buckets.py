"""Makes the buckets of the lake where they are missing. Any S3 engine will do; only the standard library is needed.

    python3 scripts/init_buckets.py

Reads AWS_ENDPOINT_URL_S3, AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; those that are not set come from the
.env of this project. Spark Connect runs it before it starts.
"""

import datetime
import hashlib
import hmac
import os
import pathlib
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

BUCKETS = ("bronze", "silver", "gold", "mlflow")
TRIES = 30
EMPTY = hashlib.sha256(b"").hexdigest()


def main() -> None:
    settings = read_settings()
    for bucket in BUCKETS:
        print(f"{bucket}: {make(bucket, settings)}", flush=True)


def read_settings() -> dict[str, str]:
    file = pathlib.Path(__file__).resolve().parent.parent / ".env"
    lines = file.read_text().splitlines() if file.exists() else []
    env = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#")) | os.environ
    try:
        return {
            "endpoint": env.get("AWS_ENDPOINT_URL_S3") or f"http://127.0.0.1:{env.get('S3_PORT', '9000')}",
            "region": env.get("AWS_REGION", "us-east-1"),
            "key": env.get("AWS_ACCESS_KEY_ID") or env["S3_ACCESS_KEY"],
            "secret": env.get("AWS_SECRET_ACCESS_KEY") or env["S3_SECRET_KEY"],
        }
    except KeyError as missing:
        sys.exit(f"There is no {missing.args[0]} in the environment or in {file}.")


def make(bucket: str, settings: dict[str, str]) -> str:
    """`made` or `there`; waits for a store that is still starting."""
    for left in reversed(range(TRIES)):
        try:
            with urllib.request.urlopen(signed_put(bucket, settings), timeout=10):
                return "made"
        except urllib.error.HTTPError as error:
            answer = error.read().decode(errors="replace")
            if error.code == 409 and "BucketAlready" in answer:
                return "there"
            if error.code < 500 or left == 0:
                sys.exit(f"Cannot make the bucket {bucket} at {settings['endpoint']}: {error.code} {answer[:300]}")
        except OSError as error:
            if left == 0:
                sys.exit(f"The object store at {settings['endpoint']} does not answer: {error}")
        time.sleep(1)
    raise AssertionError


def signed_put(bucket: str, settings: dict[str, str]) -> urllib.request.Request:
    """`PUT /bucket` with Signature Version 4: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html"""
    url = f"{settings['endpoint'].rstrip('/')}/{bucket}"
    parts = urllib.parse.urlsplit(url)
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    headers = {"host": parts.netloc, "x-amz-content-sha256": EMPTY, "x-amz-date": now}
    names = ";".join(headers)
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    request = f"PUT\n{parts.path}\n\n{lines}\n{names}\n{EMPTY}"
    scope = f"{now[:8]}/{settings['region']}/s3/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{now}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    key = f"AWS4{settings['secret']}".encode()
    for step in scope.split("/"):
        key = hmac.new(key, step.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={settings['key']}/{scope}, SignedHeaders={names}, Signature={signature}"
    )
    return urllib.request.Request(url, method="PUT", headers=headers)


if __name__ == "__main__":
    main()
