import { openBuckets } from '#storage/openStore.ts'
import type { CreateBuckets } from './stackChange.ts'

/** The buckets every stack has. */
export const stackBuckets: readonly string[] = ['bronze', 'silver', 'gold', 'mlflow']

/** Makes the buckets of the stack that are not there yet: one list call when all are. */
export const createStackBuckets: CreateBuckets = async ({ endpoint, region }, secrets, signal) => {
  const buckets = openBuckets({ connection: 'The new stack', endpoint, region, pathStyle: true }, () => Promise.resolve(secrets))
  const present = new Set((await buckets.list(signal)).map(({ name }) => name))
  for (const name of stackBuckets) if (!present.has(name)) await buckets.create(name, signal)
}
