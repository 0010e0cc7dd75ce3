import type { ComposeProject, ComposeService } from './project.ts'

/** What a service can be to this product. */
export const roles = ['s3', 'spark-master', 'spark-worker', 'spark-connect', 'mlflow', 'prefect', 'streamlit', 'nginx', 'jupyter'] as const

export type Role = (typeof roles)[number]

/** The label `dataflow.role`, else the service's name where it is a role; undefined for a service that is nothing special. */
export function roleOf({ name, labels }: Pick<ComposeService, 'name' | 'labels'>): Role | undefined {
  const told = labels['dataflow.role'] ?? name
  return roles.find(role => role === told)
}

/** The group that a service is shown and started with: its first profile. */
export function groupOf({ profiles }: Pick<ComposeService, 'profiles'>): string | undefined {
  return profiles[0]
}

/** True where a plain `up` starts the service. */
export function isActive(
  { profiles }: Pick<ComposeService, 'profiles'>,
  { activeProfiles }: Pick<ComposeProject, 'activeProfiles'>,
): boolean {
  return profiles.length === 0 || activeProfiles.includes('*') || profiles.some(profile => activeProfiles.includes(profile))
}

/** What a plain `up` starts, in order of dependencies. */
export function activeServices(project: ComposeProject): readonly ComposeService[] {
  return project.services.filter(service => isActive(service, project))
}
