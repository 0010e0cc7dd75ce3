# A Python environment of the product: MLflow, Prefect or Streamlit.
ARG BASE
FROM ${BASE}
COPY environment /opt/environment
RUN ln -sf /usr/bin/python3 /opt/environment/bin/python && sed -i 's,^home = .*,home = /usr/bin,' /opt/environment/pyvenv.cfg
ENV PATH=/opt/environment/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
