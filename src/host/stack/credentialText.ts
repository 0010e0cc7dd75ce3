import * as vscode from 'vscode'
import { shellWord } from '#base/shellWord.ts'
import { unreachable } from '#base/unreachable.ts'
import type { ServiceState, StackEndpoints, StackSecrets } from '#stack/types.ts'

/** A way to hand the credentials of a service to another program. */
export interface CredentialText {
  readonly label: string
  readonly text: string
}

/** The ways of a service's role; none where nothing is known of it yet. */
export function credentialTexts(
  { role, url }: Pick<ServiceState, 'role' | 'url'>,
  { s3, spark }: StackEndpoints,
  secrets: StackSecrets | undefined,
): readonly CredentialText[] {
  switch (role) {
    case 's3':
      return s3 && secrets ? s3Texts(s3, secrets.s3) : []
    case 'spark-connect':
      return spark && secrets ? sparkTexts(spark, secrets.sparkToken) : []
    case 'mlflow':
      return url === null ? [] : [variables({ MLFLOW_TRACKING_URI: url })]
    case 'prefect':
      return url === null ? [] : [variables({ PREFECT_API_URL: `${url}/api` })]
    case 'spark-master':
    case 'spark-worker':
    case 'streamlit':
    case 'nginx':
    case 'jupyter':
    case null:
      return []
    default:
      return unreachable(role)
  }
}

function s3Texts(
  { endpoint, region }: NonNullable<StackEndpoints['s3']>,
  { accessKeyId, secretAccessKey }: StackSecrets['s3'],
): readonly CredentialText[] {
  return [
    variables({
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
    }),
    { label: vscode.l10n.t('Access key'), text: accessKeyId },
    { label: vscode.l10n.t('Secret key'), text: secretAccessKey },
  ]
}

function sparkTexts({ host, port }: NonNullable<StackEndpoints['spark']>, token: string): readonly CredentialText[] {
  // Without TLS, PySpark sends a token to this very name only.
  const name = host === '127.0.0.1' ? 'localhost' : host
  const connection = `sc://${name}:${port}/;token=${encodeURIComponent(token)}`
  return [
    variables({ SPARK_REMOTE: connection }),
    { label: vscode.l10n.t('Connection string'), text: connection },
    { label: vscode.l10n.t('Token'), text: token },
  ]
}

/** As a shell and an `.env` file read them. */
function variables(values: Readonly<Record<string, string>>): CredentialText {
  const lines = Object.entries(values).map(([name, value]) => `${name}=${shellWord(value)}\n`)
  return { label: vscode.l10n.t('Environment variables'), text: lines.join('') }
}
