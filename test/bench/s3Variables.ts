import type { TestStack } from '../support/testStack.ts'

/** What a client of Python needs to reach the S3 of a stack. */
export function s3Variables({ endpoints: { s3 }, secrets }: TestStack): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL: s3.endpoint,
    AWS_REGION: s3.region,
    AWS_ACCESS_KEY_ID: secrets.s3.accessKeyId,
    AWS_SECRET_ACCESS_KEY: secrets.s3.secretAccessKey,
    AWS_ALLOW_HTTP: 'true',
  }
}
