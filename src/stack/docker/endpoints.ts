import type { Role } from '#compose/roles.ts'
import type { Probe } from '#stack/health.ts'
import type { BoundPort } from './wire.ts'

/** The ports of the services inside their containers, where others of their network reach them by name. */
const containerPorts: Readonly<Record<Role, { readonly main: number; readonly ui?: number }>> = {
  s3: { main: 9000 },
  'spark-master': { main: 8080 },
  'spark-worker': { main: 8081 },
  'spark-connect': { main: 15_002, ui: 4040 },
  mlflow: { main: 5000 },
  prefect: { main: 4200 },
  streamlit: { main: 8501 },
  nginx: { main: 8088 },
  jupyter: { main: 8888 },
}

/** Where this machine reaches a service. */
export interface ServiceAddress {
  readonly port: number | null
  /** Null for a service of no known role: nothing says that it speaks HTTP. */
  readonly url: string | null
  /** The page of a Spark application. */
  readonly uiUrl: string | null
}

/**
 * The address that a container's ports have on this machine. One that listens elsewhere than its role does counts with the first
 * port that it publishes.
 */
export function addressOfService(role: Role | null, bound: readonly BoundPort[], host: string): ServiceAddress {
  const tcp = bound.filter(({ protocol }) => protocol === 'tcp')
  const hostPort = (containerPort: number | undefined): number | undefined =>
    tcp.find(port => port.containerPort === containerPort)?.hostPort
  if (role === null) return { port: tcp[0]?.hostPort ?? null, url: null, uiUrl: null }
  const { main, ui } = containerPorts[role]
  const first = tcp.find(port => port.containerPort !== ui)?.hostPort
  const port = hostPort(main) ?? first ?? null
  const uiPort = hostPort(ui)
  return {
    port,
    url: port === null ? null : `${role === 'spark-connect' ? 'sc' : 'http'}://${host}:${port}`,
    uiUrl: uiPort === undefined ? null : `http://${host}:${uiPort}`,
  }
}

/**
 * How to ask a service that has no health check of its own; undefined where nothing can be asked. A port alone tells nothing: the
 * engine itself listens at it.
 */
export function probeOf(role: Role | null, port: number | null): Probe | undefined {
  if (role === null || port === null) return undefined
  return role === 'spark-connect' ? { kind: 'grpc', port } : { kind: 'http', port, path: '/' }
}
