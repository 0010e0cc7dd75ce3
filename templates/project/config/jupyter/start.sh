#!/bin/sh
# JupyterLab with Spark Connect at localhost: by that name alone Spark's client sends its token without TLS.
set -eu
socat TCP-LISTEN:15002,bind=127.0.0.1,fork,reuseaddr TCP:spark-connect:15002 &
exec jupyter lab --ip=0.0.0.0 --port=8888 --no-browser --allow-root --ServerApp.root_dir=/notebooks
