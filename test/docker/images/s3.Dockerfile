# s3proxy, which takes the command and the variables of MinIO and RustFS.
ARG BASE
FROM ${BASE}
COPY jars /opt/s3proxy
COPY s3.sh /usr/local/bin/
EXPOSE 9000 9001
ENTRYPOINT ["sh", "/usr/local/bin/s3.sh"]
