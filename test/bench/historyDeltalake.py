"""URI LIMIT: answers each line of stdin with the ms that deltalake takes for the newest LIMIT commits of a table (0: all)."""

import sys
import time

from deltalake import DeltaTable

uri, limit = sys.argv[1], int(sys.argv[2])
print("ready", flush=True)
for _ in sys.stdin:
    start = time.perf_counter()
    entries = DeltaTable(uri).history(limit or None)
    elapsed = (time.perf_counter() - start) * 1000
    assert len(entries) == (limit or 10_000)
    print(elapsed, flush=True)
