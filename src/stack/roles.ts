import type { Role } from '#compose/roles.ts'
import type { ServiceState } from './types.ts'

/** The region that the object store of a stack answers for. */
export const stackRegion = 'us-east-1'

const titles: Readonly<Record<Role, string>> = {
  s3: 'the object store',
  'spark-master': 'the Spark master',
  'spark-worker': 'the Spark worker',
  'spark-connect': 'Spark',
  mlflow: 'MLflow',
  prefect: 'Prefect',
  streamlit: 'Streamlit',
  nginx: 'NGINX',
  jupyter: 'Jupyter',
}

/** A service as people read it within a sentence. */
export function titleOf({ name, role }: Pick<ServiceState, 'name' | 'role'>): string {
  return role === null ? name : titles[role]
}

/** A title as a sentence begins with it; a name stays as it is. */
export function titleAtStart(service: Pick<ServiceState, 'name' | 'role'>): string {
  const title = titleOf(service)
  return service.role === null ? title : title.charAt(0).toUpperCase() + title.slice(1)
}
