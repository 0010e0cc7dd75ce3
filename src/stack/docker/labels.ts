import type { ComposeProject, ComposeService } from '#compose/project.ts'

const prefix = 'com.docker.compose.'

/** The labels by which `docker compose` and we know what belongs to a project. */
export const composeLabels = {
  project: `${prefix}project`,
  service: `${prefix}service`,
  number: `${prefix}container-number`,
  oneOff: `${prefix}oneoff`,
  hash: `${prefix}config-hash`,
  files: `${prefix}project.config_files`,
  folder: `${prefix}project.working_dir`,
  dependsOn: `${prefix}depends_on`,
  image: `${prefix}image`,
  network: `${prefix}network`,
  volume: `${prefix}volume`,
} as const

/** Our own hash beside that of compose: it tells also where compose is not at hand. */
export const ownHashLabel = 'dataflow.config-hash'

/** Selects what belongs to a project. */
export function ofProject(name: string): string {
  return `${composeLabels.project}=${name}`
}

/** The labels of a container: those of the definition below those of compose. */
export function containerLabels(
  project: ComposeProject,
  service: ComposeService,
  { hash, imageId, number }: { readonly hash: string; readonly imageId: string; readonly number: number },
): Record<string, string> {
  const dependsOn = service.dependsOn.map(({ service: name, condition, restarts }) => `${name}:${condition}:${String(restarts)}`)
  return {
    ...service.labels,
    [composeLabels.project]: project.name,
    [composeLabels.service]: service.name,
    [composeLabels.number]: String(number),
    [composeLabels.oneOff]: 'False',
    [composeLabels.hash]: hash,
    [ownHashLabel]: service.hash,
    [composeLabels.files]: project.files.join(','),
    [composeLabels.folder]: project.folder,
    [composeLabels.dependsOn]: dependsOn.join(','),
    [composeLabels.image]: imageId,
  }
}

export function networkLabels(project: string, network: string): Record<string, string> {
  return { [composeLabels.project]: project, [composeLabels.network]: network }
}

export function volumeLabels(project: string, volume: string): Record<string, string> {
  return { [composeLabels.project]: project, [composeLabels.volume]: volume }
}

/** `PROJECT-SERVICE-1`, or the one that the definition gives. */
export function containerName(project: ComposeProject, { name, containerName: given }: ComposeService, number: number): string {
  return given ?? `${project.name}-${name}-${number}`
}

/** From 1; 1 where the label says nothing. */
export function numberOf(labels: Readonly<Record<string, string>>): number {
  const number = Number(labels[composeLabels.number])
  return Number.isSafeInteger(number) && number > 0 ? number : 1
}
