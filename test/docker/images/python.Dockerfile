# A Python environment of the product: MLflow, Prefect or Streamlit. What its lock wants for another Python than that of the
# machine is added by pip: nothing, or a package or two, as long as both are of one minor version.
ARG BASE
FROM ${BASE}
COPY environment /opt/environment
COPY requirements.txt /tmp/
RUN ln -sf /usr/bin/python3 /opt/environment/bin/python && sed -i 's,^home = .*,home = /usr/bin,' /opt/environment/pyvenv.cfg \
 && pip --python /opt/environment/bin/python install --no-deps --require-hashes --requirement /tmp/requirements.txt
ENV PATH=/opt/environment/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
