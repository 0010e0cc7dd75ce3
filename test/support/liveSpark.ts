import { systemClock } from '#base/clock.ts'
import { createSparkServers } from '#app/sparkServers.ts'
import { createSqlRunner, type SqlRunner } from '#app/sqlRunner.ts'
import { createStatements, type Statements } from '#app/statements.ts'
import type { LiveStack } from './liveStack.ts'

/** The product's Spark client on the live stack; `end` releases the session. */
export function liveSpark({ spark }: LiveStack): {
  readonly run: SqlRunner
  readonly statements: Statements
  readonly end: () => Promise<void>
} {
  const servers = createSparkServers(
    { get: name => ({ name, spark: `sc://${spark.host}:${spark.port}` }), sparkToken: () => Promise.resolve(spark.token) },
    { userId: 'test', clientType: 'dataflow-lab test' },
  )
  const statements = createStatements({ connect: servers.connect, clock: systemClock })
  return {
    statements,
    run: createSqlRunner(statements, 'Test stack', 'test'),
    end: async () => {
      await statements.release('test')
      servers.dispose()
    },
  }
}
