"""URI: what deltalake takes to have all files of a table in memory, paths and sizes among them, from its import on, as JSON;
`file_uris` takes longer and has no sizes. S3 by AWS_ variables."""

import time

start = time.perf_counter()
import json
import resource
import sys

from deltalake import DeltaTable

files = DeltaTable(sys.argv[1]).get_add_actions().num_rows
ms = (time.perf_counter() - start) * 1000
mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
print(json.dumps({"ms": ms, "mb": mb, "files": files}))
