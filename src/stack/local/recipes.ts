import { roleOf, type Role } from '#compose/roles.ts'
import { mlflow } from './mlflow.ts'
import { nginx } from './nginx.ts'
import { prefect } from './prefect.ts'
import type { Recipe } from './recipe.ts'
import { s3proxy } from './s3proxy.ts'
import type { FindRecipe } from './services.ts'
import { sparkMaster, sparkWorker } from './sparkCluster.ts'
import { sparkConnect } from './sparkConnect.ts'
import { streamlit } from './streamlit.ts'

const byRole: Readonly<Partial<Record<Role, Recipe>>> = {
  s3: s3proxy,
  'spark-master': sparkMaster,
  'spark-worker': sparkWorker,
  'spark-connect': sparkConnect,
  mlflow,
  prefect,
  streamlit,
  nginx,
}

/** How a service is run here by what it is to the product; undefined where only its image would know. */
export const findRecipe: FindRecipe = service => {
  const role = roleOf(service)
  return role && byRole[role]
}
