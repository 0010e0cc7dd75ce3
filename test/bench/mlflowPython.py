"""URL runs EXPERIMENT | URL history RUN: answers each line of stdin with the ms that MLflow's own client takes."""

import sys
import time

from mlflow import MlflowClient

url, what, of = sys.argv[1:]
client = MlflowClient(url)


def runs():
    page = client.search_runs([of], max_results=50, order_by=["attributes.start_time DESC"])
    assert len(page) == 50 and page[0].info.run_name == "run 9999"


def history():
    assert len(client.get_metric_history(of, "loss")) == 25_000


run = {"runs": runs, "history": history}[what]
print("ready", flush=True)
for _ in sys.stdin:
    start = time.perf_counter()
    run()
    print((time.perf_counter() - start) * 1000, flush=True)
