import type { ComposeProject } from '#compose/project.ts'
import { roleOf, type Role } from '#compose/roles.ts'
import type { StackSecrets } from './types.ts'

const s3Names = [
  ['MINIO_ROOT_USER', 'MINIO_ROOT_PASSWORD'],
  ['RUSTFS_ACCESS_KEY', 'RUSTFS_SECRET_KEY'],
  ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'],
] as const

/** The secrets that a definition gives to its services; those it leaves open are absent. */
export function definedSecrets({ services }: Pick<ComposeProject, 'services'>): Partial<StackSecrets> {
  const environmentOf = (role: Role) => services.find(service => roleOf(service) === role)?.environment ?? {}
  const store = environmentOf('s3')
  const keys = s3Names.map(([id, secret]) => ({ accessKeyId: store[id] ?? '', secretAccessKey: store[secret] ?? '' }))
  const s3 = keys.find(({ accessKeyId, secretAccessKey }) => accessKeyId !== '' && secretAccessKey !== '')
  const sparkToken = environmentOf('spark-connect')['SPARK_CONNECT_AUTHENTICATE_TOKEN']
  return { ...(s3 ? { s3 } : {}), ...(sparkToken ? { sparkToken } : {}) }
}
