import { answers } from './engine.ts'
import { dockerClient, type DockerClient } from './docker.ts'
import { ensureImage, type TestImage } from './images.ts'

/** A real Docker Engine for a suite, and images for it. */
export interface DockerBed {
  /** As DOCKER_HOST has it. */
  readonly host: string
  readonly client: DockerClient
  /** An image's reference; minutes where it must be built first. */
  image(name: TestImage): Promise<string>
  /** The lines of a project's .env that name images of ours. */
  imageVariables(): Promise<Readonly<Record<ImageVariable, string>>>
}

type ImageVariable = keyof typeof imageVariables

const imageVariables = {
  S3_IMAGE: 's3',
  SPARK_IMAGE: 'spark',
  MLFLOW_IMAGE: 'mlflow',
  PREFECT_IMAGE: 'prefect',
  STREAMLIT_IMAGE: 'streamlit',
  NGINX_IMAGE: 'nginx',
} as const satisfies Readonly<Record<string, TestImage>>

/** The engine that DOCKER_HOST names; skips the suite, and says so, where none answers. Call it in `before`. */
export async function openDockerBed(context: Mocha.Context): Promise<DockerBed> {
  const host = process.env['DOCKER_HOST'] ?? ''
  const why = host === '' ? 'DOCKER_HOST names none' : (await isReady(host)) ? undefined : `nothing answers at ${host}`
  if (why !== undefined) {
    process.stdout.write(`  no Docker Engine: ${why}. DATAFLOW_TEST_ENGINE=start lets \`npm test\` start one, as root on Debian.\n`)
    context.skip()
  }
  return createDockerBed(host)
}

export function createDockerBed(host: string): DockerBed {
  const client = dockerClient(host)
  const image = async (name: TestImage): Promise<string> => await ensureImage(client, name)
  return {
    host,
    client,
    image,
    imageVariables: async () => ({
      S3_IMAGE: await image(imageVariables.S3_IMAGE),
      SPARK_IMAGE: await image(imageVariables.SPARK_IMAGE),
      MLFLOW_IMAGE: await image(imageVariables.MLFLOW_IMAGE),
      PREFECT_IMAGE: await image(imageVariables.PREFECT_IMAGE),
      STREAMLIT_IMAGE: await image(imageVariables.STREAMLIT_IMAGE),
      NGINX_IMAGE: await image(imageVariables.NGINX_IMAGE),
    }),
  }
}

async function isReady(host: string): Promise<boolean> {
  return host.startsWith('unix://') && (await answers(host.slice('unix://'.length)))
}
