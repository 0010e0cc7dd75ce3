/** A name in backticks, as Spark SQL reads any. */
export function backticked(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``
}

/** A name as a person would write it in Spark SQL: in backticks only where it needs them. */
export function shownName(name: string): string {
  return /^[\p{L}_][\p{L}\p{N}_]*$/u.test(name) ? name : backticked(name)
}

/** A Delta table by its location (`s3://bucket/key` or a path) in Spark SQL, whose file systems know S3 as `s3a`. */
export function deltaTableName(location: string): string {
  return `delta.${backticked(location.replace(/^s3:/, 's3a:'))}`
}
