const weak: ReadonlySet<string> = new Set([
  'admin',
  'admin123',
  'password',
  'password123',
  'password1234',
  'minioadmin',
  'rustfsadmin',
  'minio123',
  'miniostorage',
  'changeme',
  'secret',
  'test',
  'root',
  'postgres',
  'airbyte',
  'mlflow',
  'prefect',
  'jupyter',
  '123456',
])

/** A password that stands in every tutorial. */
export function isWeak(value: string): boolean {
  return weak.has(value.toLowerCase())
}

/** The key of the object store as another service may write it: a weak one is only what `.env` may replace. */
export function sharedKey(written: string | undefined): string | undefined {
  return written !== undefined && isWeak(written) ? `\${S3_SECRET_KEY:-${written}}` : written
}
