"""Runs a Streamlit page without a browser and prints what it shows, as JSON: app_test.py APP [TABLE]"""

import json
import sys

from streamlit.testing.v1 import AppTest

page = AppTest.from_file(sys.argv[1], default_timeout=120).run()
if len(sys.argv) > 2:
    page.sidebar.selectbox[0].select(sys.argv[2]).run()
print(
    json.dumps(
        {
            "problems": [shown.value for kind in (page.exception, page.error, page.warning, page.info) for shown in kind],
            "choices": {box.label: box.options for box in page.selectbox},
            "figures": {metric.label: metric.value for metric in page.metric},
            "rows": len(page.dataframe[0].value) if page.dataframe else 0,
        }
    )
)
