import type { ComposeProject, ComposeService } from '#compose/project.ts'

/** A project with these services, as a compose file would say it. */
export function composeProject(services: readonly ComposeService[], more: Partial<ComposeProject> = {}): ComposeProject {
  return { name: 'test', folder: '/project', files: [], services, networks: [], volumes: [], activeProfiles: [], ...more }
}

/** A service that says nothing but its name, and what `more` adds. */
export function composeService(name: string, more: Partial<ComposeService> = {}): ComposeService {
  return {
    name,
    image: `${name}:1`,
    environment: {},
    ports: [],
    mounts: [],
    networks: [{ name: 'default', aliases: [] }],
    dependsOn: [],
    labels: {},
    profiles: [],
    scale: 1,
    tmpfs: [],
    extraHosts: [],
    hash: `hash of ${name}`,
    ...more,
  }
}

/** A port of a container, published on the loopback address. */
export function published(hostPort: number | null, containerPort: number): ComposeService['ports'][number] {
  return { hostIp: '127.0.0.1', hostPort, containerPort, protocol: 'tcp' }
}
