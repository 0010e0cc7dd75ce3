# What the other images share: Python, Java, and the small tools that health checks use.
ARG BASE
FROM ${BASE}
# The certificates that the machine trusts, one file each, so that Java's own store gets them too.
RUN awk '/BEGIN CERTIFICATE/ { n++ } n { print > ("/usr/local/share/ca-certificates/machine-" n ".crt") }' /etc/ssl/certs/ca-certificates.crt
RUN apt-get update \
 && apt-get install -y --no-install-recommends python3 python3-pip openjdk-17-jre-headless procps curl wget busybox-static \
 && update-ca-certificates --fresh >/dev/null \
 && rm -rf /var/lib/apt/lists/* \
 && ln -s python3 /usr/bin/python
ENV JAVA_HOME=/usr/lib/jvm/java-17-openjdk-amd64 PIP_BREAK_SYSTEM_PACKAGES=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
