"""Copies a local folder into a bucket: FOLDER BUCKET/KEY; S3 by AWS_ variables."""

import os
import sys

from pyarrow import fs

folder, key = sys.argv[1:]
s3 = fs.S3FileSystem(endpoint_override=os.environ["AWS_ENDPOINT_URL"], region=os.environ["AWS_REGION"])
fs.copy_files(folder, key, destination_filesystem=s3)
