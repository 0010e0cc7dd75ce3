import { join } from 'node:path'
import { lakeEnv } from './clientEnv.ts'
import { httpRecipe, type LaunchInput, type Recipe, type ServiceLaunch } from './recipe.ts'

/** The names by which browsers, a proxy and programs of this machine come; setting them replaces MLflow's own list. */
const hosts = ['localhost', '127.0.0.1', '*.localhost'].flatMap(host => [host, `${host}:*`]).join(',')

/**
 * What `mlflow server` does, in one process instead of two: half the memory, half the time to start. The names of the variables
 * are MLflow's private ones; the lock pins the version that knows them.
 */
const program = `import os

from mlflow.server.handlers import initialize_backend_stores

store = os.environ["_MLFLOW_SERVER_FILE_STORE"]
initialize_backend_stores(store, store, os.environ["_MLFLOW_SERVER_ARTIFACT_ROOT"])

import uvicorn
from mlflow.server import _UVICORN_LOG_CONFIG

uvicorn.run("mlflow.server.fastapi_app:app", host="127.0.0.1", port=int(os.environ["PORT"]), log_config=str(_UVICORN_LOG_CONFIG))
`

/** The tracking server: runs in SQLite, artifacts in the bucket `mlflow`. */
export const mlflow: Recipe = {
  ...httpRecipe('/health'),
  ports: { main: { container: 5000, usual: 5000 } },
  needs: ['s3'],
  startMs: 180_000,
  stopMs: 10_000,
  data: ['mlflow.db'],
  install: async context => {
    const { python } = await context.server('mlflow')
    return { launch: input => launchMlflow(python, input), python }
  },
}

export function launchMlflow(python: string, input: LaunchInput): ServiceLaunch {
  const file = join(input.folder, 'serve.py')
  const store = `sqlite:///${join(input.folder, 'mlflow.db')}`
  return {
    command: python,
    args: [file],
    env: {
      MLFLOW_DISABLE_TELEMETRY: 'true',
      // Eight more processes, some 1.8 GB.
      MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false',
      ...input.service.environment,
      ...lakeEnv(input),
      MLFLOW_S3_ENDPOINT_URL: input.addresses.s3 ?? '',
      MLFLOW_SERVER_ALLOWED_HOSTS: hosts,
      _MLFLOW_SERVER_FILE_STORE: store,
      _MLFLOW_SERVER_REGISTRY_STORE: store,
      _MLFLOW_SERVER_ARTIFACT_ROOT: 'mlflow-artifacts:/',
      _MLFLOW_SERVER_SERVE_ARTIFACTS: 'true',
      _MLFLOW_SERVER_ARTIFACT_DESTINATION: 's3://mlflow/',
      PORT: String(input.ports.main),
    },
    files: { [file]: program },
    folders: [],
  }
}
