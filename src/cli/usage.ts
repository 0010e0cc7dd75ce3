/** What `dataflow help` prints. */
export const usage = `Usage: dataflow <command> [options]

Commands
  tables   <root>                                 Delta tables below a bucket, prefix or folder
  describe <table> [--version N | --timestamp T]  a version: schema, properties, files, size
  history  <table> [--limit N]                    versions, newest first
  rows     <table> [--version N | --timestamp T]  rows of a version, read without Spark
             [--limit N|all] [--columns a,b]      1,000 rows unless told otherwise
             [--where "<condition>"]              as in Spark SQL: amount > 100 AND country = 'BR'
             [--json | --csv | --arrow FILE]
  files    <table> [--version N | --timestamp T]  data files of a version
  diff     <table> <from> <to> [--key a,b]        what is different in another version: schema, files, rows
             [--limit N|all] [--most-bytes N|all]  20 rows shown and 256 MiB read unless told otherwise
  health   <table> [--version N] [--retention HOURS]  files, statistics, log, what VACUUM would remove
  sql      "<statement>" [--connect sc://host:port]  run SQL on Spark; - reads it from the standard input
             [--limit N|all] [--json | --csv | --arrow FILE]
  new      <folder>                               write a lakehouse project: compose file, notebook, flow, page
  stack    up | down | restart [service...]       start, stop the services of a project, all that are active or these
  stack    status [--usage]                       what runs, where, how well; with processor and memory
  stack    logs [service...] [--lines N|all]      the end of their logs
             [--follow]                           and what comes
  stack    plan [up | down | ... ] [service...]   what a change would do, and what would be lost
  stack    scale <service> <count>                run so many of it
  stack    remove [service...]                    take away what runs them; their data stay
  stack    reset [service...] [--yes]             erase them with their data; asks unless told --yes
  stack    doctor [--fix CODE] [--yes]            what is wrong with it, why, and how it is mended

A root or table is a path, a file:// URI or s3://bucket/key.

Options
  --json               one JSON document on the standard output; progress goes to the standard error
  --csv                RFC 4180; null is an empty field, empty text is ""
  --arrow FILE         an Arrow IPC stream; - is the standard output
  --endpoint URL       the S3 service; AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL otherwise
  --region NAME        AWS_REGION or AWS_DEFAULT_REGION otherwise, then us-east-1
  --[no-]path-style    URL/bucket/key instead of bucket.URL/key; the default with an endpoint
  --project FOLDER     whose stack is meant; the working directory otherwise
  --engine NAME        who runs it: docker, local or auto, which is docker where the folder has a compose file and Docker runs
  --help

Keys come from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, or from the profiles of AWS. Where no S3
setting is given at all, s3:// means the stack of the project while it runs. The token of a server named by --connect comes from
SPARK_CONNECT_AUTHENTICATE_TOKEN.

Exit status: 0 done, 1 failed, 2 wrong usage, 130 stopped by Ctrl-C.
`
