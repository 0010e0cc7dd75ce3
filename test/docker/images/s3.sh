# An object store on a folder: s3.sh server FOLDER [--console-address :9001]
set -eu
[ "${1:-}" = server ] || exec "$@"
folder=$2
umask 077
mkdir -p "$folder" /run/s3
cat >/run/s3/logback.xml <<XML
<configuration>
  <appender name="console" class="ch.qos.logback.core.ConsoleAppender">
    <encoder><pattern>%d{yyyy-MM-dd'T'HH:mm:ss.SSS} %-5level %logger{20} %msg%n</pattern></encoder>
  </appender>
  <root level="WARN"><appender-ref ref="console"/></root>
</configuration>
XML
cat >/run/s3/s3proxy.properties <<PROPERTIES
s3proxy.endpoint=http://0.0.0.0:9000
s3proxy.authorization=aws-v2-or-v4
s3proxy.identity=${MINIO_ROOT_USER:-$RUSTFS_ACCESS_KEY}
s3proxy.credential=${MINIO_ROOT_PASSWORD:-$RUSTFS_SECRET_KEY}
s3proxy.ignore-unknown-headers=true
s3proxy.jetty.max-threads=64
jclouds.provider=filesystem-nio2
jclouds.filesystem.basedir=$folder
PROPERTIES
echo "S3 on port 9000, data in $folder"
exec java -Xmx512m -XX:+ExitOnOutOfMemoryError -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData \
  -Dlogback.configurationFile=/run/s3/logback.xml -cp '/opt/s3proxy/*' org.gaul.s3proxy.Main --properties /run/s3/s3proxy.properties
