# Spark in /opt/spark as in the official image, with the jars that config/spark/Dockerfile of a project adds.
ARG BASE
FROM ${BASE}
COPY environment /opt/environment
COPY jars /tmp/jars
RUN ln -sf /usr/bin/python3 /opt/environment/bin/python && sed -i 's,^home = .*,home = /usr/bin,' /opt/environment/pyvenv.cfg \
 && ln -s /opt/environment/lib/python3.*/site-packages/pyspark /opt/spark && mv /tmp/jars/* /opt/spark/jars/ && mkdir /opt/spark/conf
ENV SPARK_HOME=/opt/spark PYSPARK_PYTHON=/opt/environment/bin/python
