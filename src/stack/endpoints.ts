import type { Role } from '#compose/roles.ts'
import { stackRegion } from './roles.ts'
import type { ServiceState, StackEndpoints } from './types.ts'

/** The endpoints of what is healthy. */
export function endpointsOf(
  services: readonly Pick<ServiceState, 'role' | 'health' | 'port' | 'url' | 'isOrphan'>[],
  host: string,
  uiUrl: string | null,
): StackEndpoints {
  const reached = (role: Role): { readonly port: number; readonly url: string } | undefined => {
    const found = services.find(service => service.role === role && service.health === 'healthy' && !service.isOrphan)
    return found?.url && found.port !== null ? { port: found.port, url: found.url } : undefined
  }
  const s3 = reached('s3')
  const spark = reached('spark-connect')
  const url = (role: 'mlflow' | 'prefect' | 'streamlit'): object => {
    const found = reached(role)
    return found ? { [role]: { url: found.url } } : {}
  }
  return {
    ...(s3 ? { s3: { endpoint: s3.url, region: stackRegion } } : {}),
    ...(spark ? { spark: { host, port: spark.port, ...(uiUrl === null ? {} : { uiUrl }) } } : {}),
    ...url('mlflow'),
    ...url('prefect'),
    ...url('streamlit'),
  }
}
